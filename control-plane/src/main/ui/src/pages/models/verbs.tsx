import { useState } from 'react';
import { useChange } from '../../api/session';
import type { ModelLine } from '../../api/types';
import { Confirm } from '../../controls/Confirm';
import { bytes, count } from '../../controls/figures';
import { needOf } from './memory';

export type Verb = 'LOAD' | 'UNLOAD' | 'SLEEP' | 'WAKE';
type Policy = 'drain' | 'refuse' | 'force';

/** What can be done about a model in each state. */
export const VERBS_OF: Record<string, Verb[]> = {
  READY: ['SLEEP', 'UNLOAD'], SLEEPING: ['WAKE', 'UNLOAD'], UNAVAILABLE: ['LOAD'],
};

const POLICIES: Record<Policy, string> = {
  drain: 'finish what it has, for up to 30 seconds',
  refuse: 'only if nothing is in flight',
  force: 'end what is in flight at once, with an error that says why',
};

/** The exact effect of a verb, as far as it can be known before. */
export function effectOf(verb: Verb, model: ModelLine, policy: Policy): string[] {
  const flying = model.requestsInFlight === 0 ? 'Nothing is in flight' : `${count(model.requestsInFlight)} requests are in flight`;
  const need = needOf(model);
  const freed = need === null ? 'its memory' : bytes(need);
  const leaving = policy === 'force' ? `${flying}; they end with an error now.` : policy === 'refuse' ? `${flying}; if any is then, nothing happens.` : `${flying}; what was begun finishes first.`;
  const aliases = model.aliases.length > 0 ? [`The names ${model.aliases.join(', ')} lead to it, too.`] : [];
  switch (verb) {
    case 'UNLOAD':
      return [`${model.name} leaves memory (${freed}). Requests for it are then refused with 404.`, leaving, ...aliases, ...(model.aliases.length > 0 && policy !== 'force' ? ['An engine unloads a model with aliases only by force.'] : [])];
    case 'SLEEP':
      return [`${model.name} lets go of ${freed}, and keeps its tokenizer. It can be woken.`, leaving, ...aliases];
    case 'WAKE':
      return [`${model.name} comes back into memory as it was.`];
    case 'LOAD':
      return [`${model.name} is loaded from where it was before${model.path ? ` (${model.path})` : ''}. The engine first adds up what it needs, and refuses with the figures if it does not fit.`];
  }
}

export function VerbDialog(props: { engine: string; model: ModelLine; verb: Verb; onClose: () => void }) {
  const { engine, model, verb, onClose } = props;
  const [policy, setPolicy] = useState<Policy>('drain');
  const change = useChange('POST /admin/models', 'GET /admin/models');
  const leaves = verb === 'UNLOAD' || verb === 'SLEEP';
  const name = verb[0] + verb.slice(1).toLowerCase();
  return (
    <Confirm
      title={`${name} ${model.name}`}
      action={name}
      harmless={!leaves}
      pending={change.isPending}
      failure={change.error}
      onClose={onClose}
      onConfirm={(reason) =>
        change.mutate({ body: { engine, model: model.name, verb, parameters: leaves ? { policy } : {} }, reason }, { onSuccess: onClose })
      }
      effect={
        <>
          {effectOf(verb, model, policy).map((line) => (
            <p key={line}>{line}</p>
          ))}
          {leaves && (
            <label>
              What is in flight
              <select value={policy} onChange={(event) => setPolicy(event.target.value as Policy)}>
                {Object.entries(POLICIES).map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
          )}
        </>
      }
    />
  );
}
