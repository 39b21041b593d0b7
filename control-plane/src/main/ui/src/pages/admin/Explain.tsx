import type { FormEvent } from 'react';
import { useState } from 'react';
import { useChange } from '../../api/session';
import type { Explanation } from '../../api/types';
import { percent } from '../../controls/figures';
import { Failure } from '../../controls/Notice';

/** Where a request would go, and why; with a text, where it would go if that were the configuration. */
export function Explain(props: { configuration?: string }) {
  const [given, setGiven] = useState({ model: 'weir-auto', prompt: '', tenant: '', header: '' });
  const ask = useChange('POST /admin/routes/explain');
  const bound = (name: keyof typeof given) => ({ value: given[name], onChange: (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ body: { ...question(given), ...(props.configuration !== undefined && { configuration: props.configuration }) } });
  };
  return (
    <form className="stack" onSubmit={submit} aria-label="Try a request">
      <div className="fields">
        <label>
          Model that is asked for
          <input {...bound('model')} required autoComplete="off" />
        </label>
        <label>
          Tenant
          <input {...bound('tenant')} placeholder="default" autoComplete="off" />
        </label>
        <label>
          Header
          <input {...bound('header')} placeholder="x-feature: judge" autoComplete="off" />
        </label>
      </div>
      <label>
        Prompt
        <textarea rows={2} {...bound('prompt')} />
      </label>
      <div className="actions">
        <button type="submit" className={props.configuration === undefined ? 'main' : ''} disabled={ask.isPending}>
          {props.configuration === undefined ? 'Where would it go?' : 'Where would it go then?'}
        </button>
        <span className="soft">Nothing is sent anywhere.</span>
      </div>
      {ask.error && <Failure failure={ask.error} />}
      {ask.data && <Told explanation={ask.data} />}
    </form>
  );
}

/** As the endpoint wants to be asked. */
export function question(given: { model: string; prompt: string; tenant: string; header: string }) {
  const [name, ...value] = given.header.split(':');
  return {
    ...(given.tenant.trim() && { tenant: given.tenant.trim() }),
    ...(name?.trim() && { headers: { [name.trim().toLowerCase()]: value.join(':').trim() } }),
    request: { model: given.model.trim(), messages: [{ role: 'user', content: given.prompt }] },
  };
}

function Told(props: { explanation: Explanation }) {
  const { model, tier, confidence, steps } = props.explanation;
  return (
    <div className={model ? 'notice good' : 'notice warn'} role="status" data-explanation>
      <strong>{model ? `To ${model}` : 'Nowhere: it would be refused'}</strong>
      {tier && (
        <span>
          tier {tier}, with confidence {percent(confidence)}
        </span>
      )}
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </div>
  );
}
