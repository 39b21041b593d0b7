import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { LimitStatus, NewLimit } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count, money } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { OrderDialog } from './OrderDialog';

const METRICS: Record<NewLimit['metric'], string> = {
  REQUESTS: 'requests', INPUT_TOKENS: 'input tokens', OUTPUT_TOKENS: 'output tokens', TOKENS: 'tokens', COST: 'cost', CONCURRENCY: 'requests under way',
};
const PERIODS: Record<NewLimit['period'], string> = { MINUTE: 'a minute', DAY: 'a day', MONTH: 'a month', AT_ONCE: 'at once' };
const SUBJECTS = { everyone: 'everyone together', tenant: 'a tenant', user: 'a user', key: 'a key' };

function subject(limit: LimitStatus): string {
  if (limit.tenant) return `tenant ${limit.tenant}`;
  if (limit.user) return `user ${limit.user}`;
  if (limit.key) return `key ${limit.key}`;
  return SUBJECTS.everyone;
}

const amount = (limit: LimitStatus) => `${limit.metric === 'COST' ? money(limit.max) : count(limit.max)} ${limit.metric === 'COST' ? '' : METRICS[limit.metric]} ${PERIODS[limit.period]}`;

/** Of a budget; other limits let go of what was spent by themselves. */
function Spent(props: { of: LimitStatus }) {
  const { max, spent, metric } = props.of;
  if (spent == null) return <span className="soft">–</span>;
  return (
    <>
      <meter min={0} max={max} high={max * 0.8} value={spent} aria-label="part of the budget that is spent" /> {metric === 'COST' ? money(spent) : count(spent)}
    </>
  );
}

export function Limits() {
  const limits = useAnswer('GET /admin/limits', {}, { everyMillis: 10_000 });
  const [open, setOpen] = useState<LimitStatus | 'new' | null>(null);
  const [leaving, setLeaving] = useState<LimitStatus | null>(null);
  const make = useChange('POST /admin/limits', 'GET /admin/limits');
  const change = useChange('PATCH /admin/limits/{id}', 'GET /admin/limits');
  const remove = useChange('DELETE /admin/limits/{id}', 'GET /admin/limits');
  const columns: Column<LimitStatus>[] = [
    { name: 'Of', cell: (limit) => <strong>{subject(limit)}</strong> },
    { name: 'For', cell: (limit) => limit.model ?? <span className="soft">every model</span> },
    { name: 'At most', cell: amount, figure: true },
    { name: 'Spent', cell: (limit) => <Spent of={limit} />, figure: true },
    {
      name: 'Actions',
      cell: (limit) => (
        <div className="actions">
          <Act needs="admin:operate" className="small" onClick={() => setOpen(limit)}>
            Change
          </Act>
          <Act needs="admin:operate" className="small danger" onClick={() => setLeaving(limit)}>
            Remove
          </Act>
        </div>
      ),
      figure: true,
    },
  ];
  const close = () => setOpen(null);
  return (
    <Card title="Limits and budgets" actions={<Act needs="admin:operate" className="main" onClick={() => setOpen('new')}>New limit</Act>}>
      <Answer of={limits} what="the limits">
        {(rows) => (
          <DataTable
            caption="Limits"
            columns={columns}
            rows={rows}
            id={(limit) => limit.id}
            empty={<Empty title="Nobody is limited.">A limit holds back requests, tokens or money before they are spent: of everyone, a tenant, a user or a key; for one model or all.</Empty>}
          />
        )}
      </Answer>
      {open === 'new' && (
        <OrderDialog
          title="New limit"
          action="Set the limit"
          note={<p className="soft">It holds from the next request on. What was spent before counts.</p>}
          fields={[
            { name: 'kind', label: 'Of', choices: Object.keys(SUBJECTS), texts: SUBJECTS },
            { name: 'subject', label: 'Which one', hint: 'its id; nothing for everyone' },
            { name: 'model', label: 'Model', hint: 'every model, where this is empty' },
            { name: 'metric', label: 'What', choices: Object.keys(METRICS), texts: METRICS },
            { name: 'period', label: 'In', choices: Object.keys(PERIODS), texts: PERIODS },
            { name: 'max', label: 'At most', type: 'number', required: true },
          ]}
          pending={make.isPending}
          failure={make.error}
          onClose={close}
          onOrder={(given) =>
            make.mutate(
              {
                body: {
                  ...(given.kind && given.kind !== 'everyone' && { [given.kind]: given.subject }),
                  ...(given.model && { model: given.model }),
                  metric: given.metric as NewLimit['metric'],
                  period: given.period as NewLimit['period'],
                  max: Number(given.max),
                },
              },
              { onSuccess: close },
            )
          }
        />
      )}
      {open !== null && open !== 'new' && (
        <OrderDialog
          title={`Change the limit of ${subject(open)}`}
          action="Change"
          explained
          note={<p>It holds with the new figure from the next request on; now it is “{amount(open)}”. What is spent of it stays spent.</p>}
          fields={[{ name: 'max', label: `At most, ${METRICS[open.metric]} ${PERIODS[open.period]}`, type: 'number', value: String(open.max), required: true }]}
          pending={change.isPending}
          failure={change.error}
          onClose={close}
          onOrder={(given, reason) => change.mutate({ path: { id: open.id }, body: { max: Number(given.max) }, reason }, { onSuccess: close })}
        />
      )}
      {leaving && (
        <Confirm
          title={`Remove the limit of ${subject(leaving)}`}
          action="Remove"
          effect={<p>“{amount(leaving)}” holds nobody back any more, from the next request on.</p>}
          pending={remove.isPending}
          failure={remove.error}
          onClose={() => setLeaving(null)}
          onConfirm={(reason) => remove.mutate({ path: { id: leaving.id }, reason }, { onSuccess: () => setLeaving(null) })}
        />
      )}
    </Card>
  );
}
