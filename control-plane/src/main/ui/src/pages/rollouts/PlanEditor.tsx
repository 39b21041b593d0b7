import type { GuardOrder, StageOrder } from '../../api/types';
import { changed } from '../../controls/rows';
import { METRICS } from './ladder';
import type { Plan } from './plan';

const KINDS: Record<StageOrder['kind'], string> = { SHADOW: 'shadow', CANARY: 'canary', WARM: 'warm' };
const ROLES: Record<GuardOrder['role'], string> = { GUARDRAIL: 'rolls back', SIGNAL: 'pauses' };
const MINUTE_SECONDS = 60;

function NumberCell(props: { name: string; value: number; onChange: (value: number) => void; max?: number }) {
  return <input type="number" aria-label={props.name} min={0} max={props.max} step="any" value={props.value} onChange={(event) => props.onChange(Number(event.target.value))} />;
}

/** Digits that are there, and not those of a fraction in binary. */
const exact = (value: number) => Number(value.toPrecision(12));

/** The stages and guards of a plan, each with its figures. */
export function PlanEditor(props: { plan: Plan; onChange: (plan: Plan) => void }) {
  const { plan, onChange } = props;
  const stage = (index: number, change: Partial<StageOrder> | null) => onChange({ ...plan, stages: changed(plan.stages, index, change) });
  const guard = (index: number, change: Partial<GuardOrder> | null) => onChange({ ...plan, guards: changed(plan.guards, index, change) });
  return (
    <div className="stack">
      <div className="scrolls" tabIndex={0} role="region" aria-label="Stages">
        <table className="plan">
          <caption>Stages</caption>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">Share, %</th>
              <th scope="col">Held, minutes</th>
              <th scope="col">Requests</th>
              <th scope="col">Judged answers</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.stages.map((one, index) => (
              <tr key={index}>
                <td>{KINDS[one.kind]}</td>
                <td>
                  {one.kind === 'CANARY' ? (
                    <NumberCell name={`Share of stage ${index + 1}`} max={100} value={exact(one.candidateShare * 100)} onChange={(value) => stage(index, { candidateShare: value / 100 })} />
                  ) : (
                    <span className="soft">{one.kind === 'WARM' ? '100' : 'copies'}</span>
                  )}
                </td>
                <td>
                  <NumberCell name={`Minutes of stage ${index + 1}`} value={exact(one.holdSeconds / MINUTE_SECONDS)} onChange={(value) => stage(index, { holdSeconds: value * MINUTE_SECONDS })} />
                </td>
                <td>{one.kind !== 'WARM' && <NumberCell name={`Requests of stage ${index + 1}`} value={one.requestsMin ?? 0} onChange={(value) => stage(index, { requestsMin: value })} />}</td>
                <td>{one.kind !== 'WARM' && <NumberCell name={`Judged answers of stage ${index + 1}`} value={one.judgedMin ?? 0} onChange={(value) => stage(index, { judgedMin: value })} />}</td>
                <td>
                  <button type="button" className="small" aria-label={`Leave out stage ${index + 1}`} disabled={plan.stages.length === 1} onClick={() => stage(index, null)}>
                    Leave out
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="scrolls" tabIndex={0} role="region" aria-label="Guards">
        <table className="plan">
          <caption>Guards</caption>
          <thead>
            <tr>
              <th scope="col">Guard</th>
              <th scope="col">When it is too much</th>
              <th scope="col">Too much, %</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.guards.map((one, index) => (
              <tr key={one.metric}>
                <td>{METRICS[one.metric]}</td>
                <td>
                  <select aria-label={`What ${METRICS[one.metric]} does`} value={one.role} onChange={(event) => guard(index, { role: event.target.value as GuardOrder['role'] })}>
                    {Object.entries(ROLES).map(([role, text]) => (
                      <option key={role} value={role}>
                        {text}
                      </option>
                    ))}
                  </select>
                </td>
                <td>
                  <NumberCell name={`Limit of ${METRICS[one.metric]}`} max={100} value={exact(one.limit * 100)} onChange={(value) => guard(index, { limit: value / 100 })} />
                </td>
                <td>
                  <button type="button" className="small" aria-label={`Leave out ${METRICS[one.metric]}`} disabled={plan.guards.length === 1} onClick={() => guard(index, null)}>
                    Leave out
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
