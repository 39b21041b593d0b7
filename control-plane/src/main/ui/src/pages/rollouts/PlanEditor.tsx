import type { GuardOrder, StageOrder } from '../../api/types';
import { EditedRows } from '../../controls/EditedRows';
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
  return (
    <div className="stack">
      <Stages stages={plan.stages} onChange={(stages) => onChange({ ...plan, stages })} />
      <Guards guards={plan.guards} onChange={(guards) => onChange({ ...plan, guards })} />
    </div>
  );
}

function Stages(props: { stages: StageOrder[]; onChange: (stages: StageOrder[]) => void }) {
  return (
    <EditedRows
      name="Stages"
      caption="Stages"
      rows={props.stages}
      called={(_, index) => `stage ${index + 1}`}
      onChange={props.onChange}
      columns={[
        { head: 'Stage', cell: (one) => KINDS[one.kind] },
        {
          head: 'Share, %',
          cell: (one, index, change) =>
            one.kind === 'CANARY' ? (
              <NumberCell name={`Share of stage ${index + 1}`} max={100} value={exact(one.candidateShare * 100)} onChange={(value) => change({ candidateShare: value / 100 })} />
            ) : (
              <span className="soft">{one.kind === 'WARM' ? '100' : 'copies'}</span>
            ),
        },
        {
          head: 'Held, minutes',
          cell: (one, index, change) => (
            <NumberCell name={`Minutes of stage ${index + 1}`} value={exact(one.holdSeconds / MINUTE_SECONDS)} onChange={(value) => change({ holdSeconds: value * MINUTE_SECONDS })} />
          ),
        },
        {
          head: 'Requests',
          cell: (one, index, change) =>
            one.kind !== 'WARM' && <NumberCell name={`Requests of stage ${index + 1}`} value={one.requestsMin ?? 0} onChange={(value) => change({ requestsMin: value })} />,
        },
        {
          head: 'Judged answers',
          cell: (one, index, change) =>
            one.kind !== 'WARM' && <NumberCell name={`Judged answers of stage ${index + 1}`} value={one.judgedMin ?? 0} onChange={(value) => change({ judgedMin: value })} />,
        },
      ]}
    />
  );
}

function Guards(props: { guards: GuardOrder[]; onChange: (guards: GuardOrder[]) => void }) {
  return (
    <EditedRows
      name="Guards"
      caption="Guards"
      rows={props.guards}
      called={(one) => METRICS[one.metric]}
      onChange={props.onChange}
      columns={[
        { head: 'Guard', cell: (one) => METRICS[one.metric] },
        {
          head: 'When it is too much',
          cell: (one, _, change) => (
            <select aria-label={`What ${METRICS[one.metric]} does`} value={one.role} onChange={(event) => change({ role: event.target.value as GuardOrder['role'] })}>
              {Object.entries(ROLES).map(([role, text]) => (
                <option key={role} value={role}>
                  {text}
                </option>
              ))}
            </select>
          ),
        },
        {
          head: 'Too much, %',
          cell: (one, _, change) => <NumberCell name={`Limit of ${METRICS[one.metric]}`} max={100} value={exact(one.limit * 100)} onChange={(value) => change({ limit: value / 100 })} />,
        },
      ]}
    />
  );
}
