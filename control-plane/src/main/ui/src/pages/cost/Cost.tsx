import { useMemo, useState } from 'react';
import { useAnswer } from '../../api/session';
import type { CostRow } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { Chart } from '../../controls/Chart';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count, money, percent } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card, Figure, Page } from '../../controls/Page';
import { target } from '../../api/client';
import { dearestModel, perDay, share } from './sums';

const SPANS: Record<string, number> = { 'today': 0, 'the last 7 days': 6, 'the last 30 days': 29, 'the last 90 days': 89 };
const TAGS = ['tenant', 'feature', 'model', 'user', 'key', 'engine', 'tier', 'status'];
const DAY_MILLIS = 86_400_000;

/** Days are the ledger's, which are UTC's. */
const since = (days: number) => new Date((Math.floor(Date.now() / DAY_MILLIS) - days) * DAY_MILLIS).toISOString();

export default function Cost() {
  const [span, setSpan] = useState('the last 7 days');
  const [by, setBy] = useState('tenant');
  const from = since(SPANS[span] ?? 6);
  const groups = useAnswer('GET /admin/costs', { query: { from, by } }, { everyMillis: 10_000 });
  const days = useAnswer('GET /admin/costs', { query: { from, by: 'day' } }, { everyMillis: 10_000 });
  const models = useAnswer('GET /admin/costs', { query: { from, by: 'model' } }, { everyMillis: 10_000 });
  const [baseline, setBaseline] = useState('');
  const names = (models.data?.rows ?? []).map((row) => row.tags.model ?? '').filter(Boolean);
  const against = baseline || dearestModel(models.data?.rows ?? []) || names[0] || '';
  const savings = useAnswer('GET /admin/costs/savings', { query: { from, model: against } }, { enabled: against !== '', everyMillis: 10_000 });
  const daily = useMemo(() => perDay(days.data?.rows ?? [], from, Date.now()), [days.data, from]);
  const total = (days.data?.rows ?? []).reduce((sum, row) => sum + row.cost, 0);
  return (
    <Page
      title="Cost"
      lead="What calls took, at the prices of the configuration when they were made."
      actions={
        <a className="button" href={target('/admin/costs.csv', {}, { from, by })} download={`weir-costs-by-${by}.csv`}>
          Download CSV
        </a>
      }
    >
      <div className="fields narrow">
        <label>
          Of
          <select value={span} onChange={(event) => setSpan(event.target.value)}>
            {Object.keys(SPANS).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          By
          <select value={by} onChange={(event) => setBy(event.target.value)} data-filter>
            {TAGS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Compared with
          <select value={against} onChange={(event) => setBaseline(event.target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <dl className="tiles">
        <Figure name={`Cost, ${span}`} value={days.data ? money(total) : money(null)} />
        <Figure name={`On ${against || 'one model'} it would be`} value={money(savings.data?.baselineCost)} note="the same tokens at its prices now" />
        <Figure name="Saved" value={money(savings.data?.saved)} note={savings.data && savings.data.baselineCost > 0 ? percent(savings.data.saved / savings.data.baselineCost) : undefined} />
        <Figure name="Requests" value={count(savings.data?.calls)} />
        <Figure name="Tokens" value={`${count(savings.data?.inputTokens)} → ${count(savings.data?.outputTokens)}`} note={`${count(savings.data?.cachedTokens)} of the input were found computed`} />
      </dl>
      {daily.days.length > 1 && (
        <Card title="Day by day">
          <Chart title="Cost of each day (UTC)" places={daily.days} series={[{ name: 'cost', values: daily.costs }]} write={money} kind="bar" placeName="Day" />
        </Card>
      )}
      <Card title={`By ${by}`}>
        <Answer of={groups} what="the ledger">
          {(report) => (
            <>
              <DataTable
                caption={`Cost by ${by}`}
                columns={columns(by, report.rows)}
                rows={[...report.rows].sort((one, other) => other.cost - one.cost || other.calls - one.calls)}
                id={(row) => row.tags[by] ?? ''}
                empty={<Empty title="Nothing was asked in this time.">Take a longer one, or send a request.</Empty>}
              />
              {report.rows.length > 0 && total === 0 && (
                <p className="soft">
                  No model has a price. Give them some under <code>prices</code> in the configuration, per million tokens.
                </p>
              )}
              {report.cut && <p className="soft">There are more groups than a report has: the CSV is cut, too. Take a shorter time.</p>}
            </>
          )}
        </Answer>
      </Card>
    </Page>
  );
}

function columns(by: string, rows: CostRow[]): Column<CostRow>[] {
  const total = rows.reduce((sum, row) => sum + row.cost, 0);
  return [
    { name: by[0]?.toUpperCase() + by.slice(1), cell: (row) => row.tags[by] ?? <span className="soft">not said</span> },
    { name: 'Requests', cell: (row) => count(row.calls), figure: true },
    { name: 'Input tokens', cell: (row) => count(row.inputTokens), figure: true, minor: true },
    { name: 'Found computed', cell: (row) => percent(share(row.cachedTokens, row.inputTokens)), figure: true, minor: true },
    { name: 'Output tokens', cell: (row) => count(row.outputTokens), figure: true, minor: true },
    { name: 'Cost', cell: (row) => money(row.cost), figure: true },
    { name: 'Share', cell: (row) => percent(share(row.cost, total)), figure: true },
  ];
}
