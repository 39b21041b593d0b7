import { useState } from 'react';
import { useAnswer } from '../../api/session';
import type { AuditEntry } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { DataTable } from '../../controls/DataTable';
import { moment } from '../../controls/figures';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';

const PAGE_ROWS = 50;

/** The reason out of an entry's detail, and what else it says. */
export function told(entry: AuditEntry): { reason: string; rest: string } {
  try {
    const { reason, ...rest } = JSON.parse(entry.detail) as Record<string, unknown>;
    return { reason: typeof reason === 'string' ? reason : '', rest: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest) };
  } catch {
    return { reason: '', rest: entry.detail };
  }
}

export function Audit() {
  const [after, setAfter] = useState<number | null>(null);
  const newest = useAnswer('GET /admin/audit/newest', {}, { everyMillis: 5000 });
  const last = newest.data?.seq ?? 0;
  const from = after ?? Math.max(0, last - PAGE_ROWS);
  const entries = useAnswer('GET /admin/audit', { query: { after: from, limit: PAGE_ROWS } }, { enabled: newest.data !== undefined, kept: true });
  const verdict = useAnswer('GET /admin/audit/verdict', {});
  return (
    <Card
      title="Audit log"
      actions={verdict.data && (verdict.data.intact ? <Status mood="good">intact</Status> : <Status mood="bad">{`changed by other hands from entry ${verdict.data.firstBrokenSeq} on`}</Status>)}
    >
      <Answer of={entries} what="the audit log">
        {(rows) => (
          <DataTable
            caption="Changes, the newest first"
            columns={[
              { name: '#', cell: (entry) => entry.seq, figure: true, minor: true },
              { name: 'When', cell: (entry) => <span className="nowrap">{moment(entry.at).slice(0, 10)}<div className="soft">{moment(entry.at).slice(11)}</div></span> },
              { name: 'What', cell: (entry) => <span className="break"><strong>{entry.action}</strong> {entry.subject}</span> },
              { name: 'Who', cell: (entry) => <span className="mono">{entry.actor}</span>, minor: true },
              { name: 'Why', cell: (entry) => told(entry).reason ? <div className="why">{told(entry).reason}</div> : <span className="soft">–</span> },
              { name: 'Detail', cell: (entry) => <span className="mono soft break">{told(entry).rest}</span>, minor: true },
            ]}
            rows={[...rows].reverse()}
            id={(entry) => String(entry.seq)}
            empty="Nothing was changed yet."
          />
        )}
      </Answer>
      <div className="actions">
        {after !== null && (
          <button type="button" onClick={() => setAfter(from + PAGE_ROWS >= last - PAGE_ROWS ? null : from + PAGE_ROWS)}>
            Newer
          </button>
        )}
        {from > 0 && (
          <button type="button" onClick={() => setAfter(Math.max(0, from - PAGE_ROWS))}>
            Older
          </button>
        )}
      </div>
    </Card>
  );
}
