import type { FormEvent } from 'react';
import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { NewRollout } from '../../api/types';
import { Dialog } from '../../controls/Dialog';
import { rate } from '../../controls/figures';
import { Failure } from '../../controls/Notice';
import { span, stageName } from './ladder';
import { PlanEditor } from './PlanEditor';
import type { Plan } from './plan';
import { orderOf } from './plan';

const TEMPLATES = { STANDARD: 'Standard, with a judge', UNJUDGED: 'Errors and times only' };

export function NewRolloutDialog(props: { onClose: () => void; onMade: (id: string) => void }) {
  const [given, setGiven] = useState({ alias: '', baseline: '', candidate: '', template: 'STANDARD', reason: '' });
  const [override, setOverride] = useState(false);
  const [plan, setPlan] = useState<Plan>();
  const templates = useAnswer('GET /admin/rollouts/templates', {});
  const template = templates.data?.find((one) => one.template === given.template);
  const forecast = useChange('POST /admin/rollouts/forecast');
  const make = useChange('POST /admin/rollouts', 'GET /admin/rollouts');
  const order: NewRollout = {
    alias: given.alias.trim(),
    ...(given.baseline.trim() && { baseline: given.baseline.trim() }),
    candidate: given.candidate.trim(),
    ...orderOf(template, plan),
    reason: given.reason.trim() || 'a forecast',
    start: true,
    ...(override && { overrideGate: true }),
  };
  const isNamed = order.alias !== '' && order.candidate !== '';
  const isReady = isNamed && given.reason.trim().length >= 3;
  const bound = (name: keyof typeof given) => ({
    value: given[name],
    onChange: (event: { target: { value: string } }) => {
      setGiven({ ...given, [name]: event.target.value });
      forecast.reset();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) make.mutate({ body: order, reason: order.reason }, { onSuccess: (detail) => props.onMade(detail.summary.id) });
  };
  return (
    <Dialog title="New rollout" onClose={props.onClose} wide>
      <form onSubmit={submit}>
        <div className="fields">
          <label>
            Alias that callers use
            <input {...bound('alias')} required autoComplete="off" />
          </label>
          <label>
            New version, a model
            <input {...bound('candidate')} required autoComplete="off" />
          </label>
          <label>
            <span>
              Version now <span className="hint">the first time</span>
            </span>
            <input {...bound('baseline')} autoComplete="off" />
          </label>
          <label>
            Plan
            <select
              value={given.template}
              onChange={(event) => {
                bound('template').onChange(event);
                setPlan(undefined);
              }}
            >
              {Object.entries(TEMPLATES).map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        </div>
        {template && (
          <details>
            <summary>Adjust the plan</summary>
            <PlanEditor
              plan={plan ?? template}
              onChange={(next) => {
                setPlan({ stages: next.stages, guards: next.guards });
                forecast.reset();
              }}
            />
          </details>
        )}
        <div className="actions start">
          <button type="button" disabled={!isNamed || forecast.isPending} onClick={() => forecast.mutate({ body: order })}>
            How long would it take?
          </button>
        </div>
        {forecast.error && <Failure failure={forecast.error} />}
        {forecast.data && (
          <div className="notice good" role="status">
            <strong>{forecast.data.totalSeconds == null ? 'At this traffic it never ends' : `About ${span(forecast.data.totalSeconds)}`}</strong>
            <span>at {rate(forecast.data.requestsPerSecond)} requests per second, as in the last hour:</span>
            <ol>
              {forecast.data.stages.map((stage, index) => (
                <li key={index}>
                  {stageName(stage)}: held {span(stage.holdSeconds)}, samples in {span(stage.samplesSeconds)}
                </li>
              ))}
            </ol>
          </div>
        )}
        <label>
          Reason, for its record
          <textarea rows={2} {...bound('reason')} required minLength={3} maxLength={500} />
        </label>
        <label className="check">
          <input type="checkbox" checked={override} onChange={(event) => setOverride(event.target.checked)} />
          Start even if it has not passed its evaluation, which only administrators may
        </label>
        {make.error && <Failure failure={make.error} />}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="main" disabled={!isReady || make.isPending}>
            {make.isPending ? 'Starting…' : 'Start'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
