import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import type { Refused } from '../../api/client';
import { refusalOf } from '../../api/client';
import { useSession } from '../../api/session';
import { Answer } from '../../controls/Answer';
import { count, millis, money, rate } from '../../controls/figures';
import { Empty, Failure } from '../../controls/Notice';
import { Card, Page } from '../../controls/Page';
import type { Order } from './order';
import { FIRST_ORDER } from './order';
import { tokenRate } from './stream';
import type { Run } from './useRun';
import { useRun } from './useRun';

interface Listed {
  id: string;
  state?: string;
}

/** Names that a request can be sent to: models, aliases, tiers. */
function useNames() {
  const { client } = useSession();
  return useQuery<Listed[], Refused>({
    queryKey: ['/v1/models'],
    queryFn: async ({ signal }) => {
      const response = await client.fetch('/v1/models', { signal });
      if (!response.ok) throw await refusalOf(response);
      return ((await response.json()) as { data: Listed[] }).data;
    },
    refetchInterval: 5000,
  });
}

export default function Playground() {
  const names = useNames();
  return (
    <Page title="Playground" lead="Talk with one model, or with two at once. What you ask is booked like any request, for the feature “playground”.">
      <Answer of={names} what="the models">
        {(listed) =>
          listed.length === 0 ? (
            <Empty title="No model is ready.">
              <Link to="/models">Load one</Link>, and come back.
            </Empty>
          ) : (
            <Bench names={listed} />
          )
        }
      </Answer>
    </Page>
  );
}

function Bench(props: { names: Listed[] }) {
  const [order, setOrder] = useState<Order>(FIRST_ORDER);
  const [models, setModels] = useState([props.names[0]?.id ?? '']);
  const prompt = useRef<HTMLTextAreaElement>(null);
  const first = useRun();
  const second = useRun();
  const runs = [first, second].slice(0, models.length);
  const isRunning = runs.some((one) => one.run.isRunning);
  const isBegun = runs.some((one) => one.run.asked !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRunning || order.prompt.trim() === '') return;
    runs.forEach((one, index) => void one.start(order, models[index] ?? ''));
    prompt.current?.select(); // what is typed next replaces it, and nothing is lost if it was refused
  };
  const text = (part: keyof Order) => ({ value: order[part], onChange: (event: { target: { value: string } }) => setOrder({ ...order, [part]: event.target.value }) });
  return (
    <>
      <Card title="What to ask">
        <form className="stack" onSubmit={submit} onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && submit(event)}>
          <div className="fields">
            {models.map((model, index) => (
              <label key={index}>
                {models.length === 1 ? 'Model' : index === 0 ? 'First model' : 'Second model'}
                <select value={model} onChange={(event) => setModels(models.map((one, at) => (at === index ? event.target.value : one)))}>
                  {props.names.map((name) => (
                    <option key={name.id} value={name.id}>
                      {name.id}
                      {name.state ? ` (${name.state})` : ''}
                    </option>
                  ))}
                </select>
              </label>
            ))}
            <button type="button" onClick={() => setModels(models.length === 1 ? [...models, props.names.find((name) => name.id !== models[0])?.id ?? models[0] ?? ''] : models.slice(0, 1))}>
              {models.length === 1 ? 'Compare with another' : 'Only the first'}
            </button>
          </div>
          <label>
            Prompt
            <textarea ref={prompt} rows={3} required data-filter {...text('prompt')} />
          </label>
          <details>
            <summary>Parameters, tools, form of the answer</summary>
            <div className="stack">
              <label>
                System prompt
                <textarea rows={2} {...text('system')} />
              </label>
              <div className="fields">
                <label>
                  Temperature
                  <input type="number" min={0} max={2} step={0.1} value={order.temperature} onChange={(event) => setOrder({ ...order, temperature: Number(event.target.value) })} />
                </label>
                <label>
                  Output tokens at most
                  <input type="number" min={1} max={131_072} value={order.outputTokensMax} onChange={(event) => setOrder({ ...order, outputTokensMax: Number(event.target.value) })} />
                </label>
                <label>
                  Seed
                  <input type="number" min={0} {...text('seed')} placeholder="any" />
                </label>
              </div>
              <div className="columns">
                <label>
                  Tools, as JSON
                  <textarea rows={5} className="mono" spellCheck={false} {...text('tools')} placeholder='[{"type":"function","function":{"name":…}}]' />
                </label>
                <label>
                  JSON Schema of the answer
                  <textarea rows={5} className="mono" spellCheck={false} {...text('schema')} placeholder='{"type":"object","properties":{…}}' />
                </label>
              </div>
            </div>
          </details>
          <div className="actions">
            <button type="submit" className="main" disabled={isRunning || order.prompt.trim() === ''}>
              {isRunning ? 'Answering…' : 'Ask'} <kbd>Ctrl Enter</kbd>
            </button>
            {isRunning && (
              <button type="button" onClick={() => runs.forEach((one) => one.stop())}>
                Stop
              </button>
            )}
            {isBegun && !isRunning && (
              <button type="button" onClick={() => runs.forEach((one) => one.forget())}>
                Begin anew
              </button>
            )}
          </div>
        </form>
      </Card>
      <div className="columns">
        {runs.map((one, index) => (
          <Said key={index} model={models[index] ?? ''} run={one.run} />
        ))}
      </div>
    </>
  );
}

function Said(props: { model: string; run: Run }) {
  const { run } = props;
  const { spoken } = run;
  const saidNothing = !spoken.text && !spoken.reasoning && spoken.toolCalls.length === 0;
  return (
    <Card title={props.model}>
      {run.asked && (
        <ol className="conversation">
          {[...run.before, { role: 'user', content: run.asked }].map((turn, index) => (
            <li key={index} className={turn.role === 'assistant' ? 'answer' : turn.role}>
              <h3>{turn.role}</h3>
              <div className="said">{turn.content}</div>
            </li>
          ))}
        </ol>
      )}
      {run.failure && <Failure failure={run.failure} />}
      {spoken.reasoning && (
        <details>
          <summary>Reasoning</summary>
          <pre className="soft">{spoken.reasoning}</pre>
        </details>
      )}
      {saidNothing && !run.failure ? (
        <p className="soft" role="status">
          {run.isRunning ? 'Waiting for the first token…' : 'The answer will be here.'}
        </p>
      ) : (
        <div className="said" aria-live="off" aria-busy={run.isRunning} data-answer>
          {spoken.text}
        </div>
      )}
      {spoken.toolCalls.map((call, index) => (
        <pre key={index} className="call">
          {call.name}({call.arguments})
        </pre>
      ))}
      <dl className="line">
        <Measure name="First token" value={millis(spoken.firstTokenMillis)} />
        <Measure name="Tokens per second" value={rate(tokenRate(spoken))} />
        <Measure name="Tokens" value={`${count(spoken.inputTokens)} in, ${count(spoken.outputTokens)} out`} />
        <Measure name="Cost" value={money(run.cost)} />
        <Measure name="Ended" value={spoken.finish ?? '–'} />
      </dl>
      {(run.id || run.headers['x-weir-route']) && (
        <p className="soft">
          {run.headers['x-weir-route'] && <>{run.headers['x-weir-route']}. </>}
          {run.id && <Link to={`/requests/${run.id}`}>This request’s way</Link>}
        </p>
      )}
    </Card>
  );
}

function Measure(props: { name: string; value: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}
