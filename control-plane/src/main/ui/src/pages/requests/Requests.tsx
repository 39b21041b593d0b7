import { useState } from 'react';
import { Route, Routes, useNavigate, useSearchParams } from 'react-router';
import { useAnswer } from '../../api/session';
import type { Operations, RequestStatus } from '../../api/types';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count, millis, money } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card, Page } from '../../controls/Page';
import { OneRequest } from './OneRequest';
import { Outcome } from './Outcome';

export default function Requests() {
  return (
    <Routes>
      <Route index element={<Search />} />
      <Route path=":id" element={<OneRequest />} />
    </Routes>
  );
}

const PAGE_ROWS = 50;
const FILTERS = ['tenant', 'user', 'model', 'feature', 'engine', 'status', 'key', 'requestId'] as const;
const NAMES: Record<(typeof FILTERS)[number], string> = { tenant: 'Tenant', user: 'User', model: 'Model', feature: 'Feature', engine: 'Engine', status: 'Status', key: 'Key', requestId: 'Request id' };

const COLUMNS: Column<RequestStatus>[] = [
  { name: 'When', cell: (row) => <Ago at={row.at} /> },
  { name: 'Outcome', cell: (row) => <Outcome status={row.status} /> },
  { name: 'Model', cell: (row) => <strong>{row.model}</strong> },
  { name: 'Tenant', cell: (row) => row.tenant, minor: true },
  { name: 'Feature', cell: (row) => row.feature ?? <span className="soft">–</span>, minor: true },
  { name: 'Engine', cell: (row) => row.engine ?? <span className="soft">–</span>, minor: true },
  { name: 'In', cell: (row) => count(row.inputTokens), figure: true, minor: true },
  { name: 'Out', cell: (row) => count(row.outputTokens), figure: true },
  { name: 'First token', cell: (row) => millis(row.firstByteMillis), figure: true, minor: true },
  { name: 'Whole', cell: (row) => millis(row.totalMillis), figure: true },
  { name: 'Cost', cell: (row) => money(row.cost), figure: true },
];

function Search() {
  const navigate = useNavigate();
  // In the address, so that a search can be kept and sent to somebody.
  const [address, setAddress] = useSearchParams();
  const [pages, setPages] = useState<string[]>([]);
  const filters = Object.fromEntries(FILTERS.map((name) => [name, address.get(name) ?? '']));
  const query: Operations['GET /admin/requests']['query'] = { ...filters, limit: PAGE_ROWS, ...(pages.at(-1) && { before: pages.at(-1) as string }) };
  const rows = useAnswer('GET /admin/requests', { query }, { kept: true, ...(pages.length === 0 && { everyMillis: 3000 }) });
  const change = (name: string, value: string) => {
    setPages([]);
    setAddress(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  };
  const isFiltered = FILTERS.some((name) => filters[name]);
  return (
    <Page title="Requests" lead="Every call that was let in: where it went, why, and what it took. What was said is not in the ledger.">
      <Card
        title={isFiltered ? 'Calls that match' : 'The latest calls'}
        actions={
          isFiltered && (
            <button type="button" onClick={() => setAddress({}, { replace: true })}>
              Show all
            </button>
          )
        }
      >
        <form className="fields narrow" role="search" onSubmit={(event) => event.preventDefault()}>
          {FILTERS.map((name, index) => (
            <label key={name}>
              {NAMES[name]}
              <input value={filters[name]} onChange={(event) => change(name, event.target.value)} {...(index === 0 && { 'data-filter': true })} autoComplete="off" spellCheck={false} />
            </label>
          ))}
        </form>
        <Answer of={rows} what="the ledger">
          {(found) => (
            <>
              <DataTable
                caption="Calls, the newest first"
                columns={COLUMNS}
                rows={found}
                id={(row) => row.id}
                open={(row) => void navigate(`/requests/${row.id}`)}
                empty={isFiltered ? 'No call is like that. Filters are exact: look for a slip, or leave one out.' : <Empty title="Nobody has asked anything yet.">Send a request to /v1/chat/completions, or try the playground.</Empty>}
              />
              <div className="actions">
                {pages.length > 0 && (
                  <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
                    Newer
                  </button>
                )}
                {found.length === PAGE_ROWS && (
                  <button type="button" onClick={() => setPages([...pages, found.at(-1)?.at ?? ''])}>
                    Older
                  </button>
                )}
              </div>
            </>
          )}
        </Answer>
      </Card>
    </Page>
  );
}
