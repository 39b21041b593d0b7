import type { FormEvent } from 'react';
import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { GoldenVersion } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { Dialog } from '../../controls/Dialog';
import { count } from '../../controls/figures';
import { Empty, Failure } from '../../controls/Notice';
import { Card } from '../../controls/Page';

const COLUMNS: Column<GoldenVersion>[] = [
  { name: 'Golden set', cell: (version) => <strong>{version.setName}</strong> },
  { name: 'Version', cell: (version) => <>{version.number} <span className="soft mono">{version.hash.slice(0, 12)}</span></> },
  { name: 'Cases', cell: (version) => count(version.caseCount), figure: true },
  { name: 'Note', cell: (version) => version.note || <span className="soft">–</span>, minor: true },
  { name: 'Made', cell: (version) => <Ago at={version.createdAt} />, minor: true },
];

export function GoldenSets() {
  const sets = useAnswer('GET /admin/golden-sets', {});
  const [isImporting, setImporting] = useState(false);
  return (
    <Card
      title="Golden sets"
      actions={
        <Act needs="admin:operate" onClick={() => setImporting(true)}>
          Import
        </Act>
      }
    >
      <Answer of={sets} what="the golden sets">
        {(rows) => (
          <DataTable
            caption="Golden sets"
            columns={COLUMNS}
            rows={rows}
            id={(version) => `${version.setName} ${version.number}`}
            empty={<Empty title="There is no golden set.">Import one: questions, and what a good answer to each has or is. A version never changes; importing again makes the next one.</Empty>}
          />
        )}
      </Answer>
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
    </Card>
  );
}

function ImportDialog(props: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  const [format, setFormat] = useState('');
  const [text, setText] = useState('');
  const make = useChange('POST /admin/golden-sets/{name}', 'GET /admin/golden-sets');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ path: { name: name.trim() }, query: { ...(format.trim() && { format: format.trim() }), ...(note.trim() && { note: note.trim() }) }, body: text });
  };
  return (
    <Dialog title="Import a version of a golden set" onClose={props.onClose} wide>
      <form onSubmit={submit}>
        <div className="fields">
          <label>
            Name of the set
            <input value={name} onChange={(event) => setName(event.target.value)} required autoComplete="off" />
          </label>
          <label>
            Format <span className="hint">JSON lines, where this is empty</span>
            <input value={format} onChange={(event) => setFormat(event.target.value)} autoComplete="off" />
          </label>
          <label>
            Note
            <input value={note} onChange={(event) => setNote(event.target.value)} autoComplete="off" />
          </label>
        </div>
        <label>
          Cases
          <textarea className="mono" rows={12} value={text} onChange={(event) => setText(event.target.value)} required spellCheck={false} />
        </label>
        {make.error && <Failure failure={make.error} />}
        {make.data && (
          <div className={make.data.unsupported.length > 0 ? 'notice warn' : 'notice good'} role="status">
            <strong>
              Version {make.data.version.number} of {make.data.version.setName}: {count(make.data.version.caseCount)} cases
            </strong>
            {make.data.unsupported.length > 0 && (
              <>
                Left out, because Weir does not know it:
                <ul>
                  {make.data.unsupported.map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
              </>
            )}
          </div>
        )}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            {make.data ? 'Close' : 'Cancel'}
          </button>
          <button type="submit" className="main" disabled={make.isPending || !name.trim() || !text.trim()}>
            {make.isPending ? 'Reading…' : 'Import'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
