import type { FormEvent } from 'react';
import { useState } from 'react';
import { useAnswer, useChange, useSession } from '../../api/session';
import type { KeyStatus } from '../../api/types';
import { Ago } from '../../controls/Ago';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { Dialog } from '../../controls/Dialog';
import { moment } from '../../controls/figures';
import { Failure } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';

const SCOPES = ['inference', 'admin:view', 'admin:operate', 'admin:administer'];
const HOUR_SECONDS = 3600;

function state(key: KeyStatus) {
  if (key.revokedAt) return <Status mood="bad">revoked</Status>;
  if (key.expiresAt && Date.parse(key.expiresAt) <= Date.now()) return <Status mood="idle">expired</Status>;
  return <Status mood="good">valid</Status>;
}

const isAlive = (key: KeyStatus) => !key.revokedAt && !(key.expiresAt && Date.parse(key.expiresAt) <= Date.now());

export function Keys() {
  const { status } = useSession();
  const keys = useAnswer('GET /admin/keys', {});
  const [filter, setFilter] = useState('');
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<KeyStatus | null>(null);
  const [turning, setTurning] = useState<KeyStatus | null>(null);
  const revoke = useChange('POST /admin/keys/{id}/revoke', 'GET /admin/keys', 'GET /admin/audit');
  const rotate = useChange('POST /admin/keys/{id}/rotate', 'GET /admin/keys', 'GET /admin/audit');
  const columns: Column<KeyStatus>[] = [
    { name: 'Key', cell: (key) => <><strong>{key.name}</strong><div className="soft mono">wk-{key.id}…</div></> },
    { name: 'State', cell: state },
    { name: 'Tenant', cell: (key) => <>{key.tenant}{key.user && <div className="soft">{key.user}</div>}</> },
    { name: 'May', cell: (key) => key.scopes.join(', '), minor: true },
    { name: 'Made', cell: (key) => <Ago at={key.createdAt} />, minor: true },
    { name: 'Ends', cell: (key) => (key.revokedAt ? <Ago at={key.revokedAt} /> : key.expiresAt ? moment(key.expiresAt) : <span className="soft">never</span>), minor: true },
    {
      name: 'Actions',
      cell: (key) =>
        isAlive(key) && (
          <div className="actions">
            <Act needs="admin:administer" className="small" onClick={() => setTurning(key)}>
              Rotate
            </Act>
            <Act needs="admin:administer" className="small danger" onClick={() => setLeaving(key)}>
              Revoke
            </Act>
          </div>
        ),
      figure: true,
    },
  ];
  const text = filter.toLowerCase();
  return (
    <Card title="Keys" actions={<Act needs="admin:administer" className="main" onClick={() => setMaking(true)}>New key</Act>}>
      <label className="filter">
        <span className="unseen">Filter keys</span>
        <input data-filter placeholder="Filter by name, id or tenant" value={filter} onChange={(event) => setFilter(event.target.value)} />
      </label>
      <Answer of={keys} what="the keys">
        {(all) => <DataTable caption="Keys" columns={columns} rows={all.filter((key) => `${key.name} ${key.id} ${key.tenant}`.toLowerCase().includes(text))} id={(key) => key.id} empty="No key is called so." />}
      </Answer>
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} onMade={(key) => { setMaking(false); setMade(key); }} />}
      {made && <MadeDialog text={made} onClose={() => setMade(null)} />}
      {leaving && (
        <Confirm
          title={`Revoke ${leaving.name}`}
          action="Revoke"
          typed={leaving.id === status.key ? leaving.name : undefined}
          effect={
            <>
              <p>Requests with <code>wk-{leaving.id}…</code> (tenant {leaving.tenant}) are refused with 401, here at once and by every other control plane within a quarter of a second. What it has under way finishes. It cannot be brought back.</p>
              {leaving.id === status.key && <p><strong>You are signed in with this key: you will be signed out.</strong></p>}
            </>
          }
          pending={revoke.isPending}
          failure={revoke.error}
          onClose={() => setLeaving(null)}
          onConfirm={(reason) => revoke.mutate({ path: { id: leaving.id }, reason }, { onSuccess: () => setLeaving(null) })}
        />
      )}
      {turning && (
        <Confirm
          title={`Rotate ${turning.name}`}
          action="Rotate"
          harmless
          effect={<p>Makes a new key with the same rights. <code>wk-{turning.id}…</code> lives on beside it for 24 hours and is refused after that.</p>}
          pending={rotate.isPending}
          failure={rotate.error}
          onClose={() => setTurning(null)}
          onConfirm={(reason) => rotate.mutate({ path: { id: turning.id }, body: { overlapSeconds: 24 * HOUR_SECONDS }, reason }, { onSuccess: (answer) => { setTurning(null); setMade(answer.key); } })}
        />
      )}
    </Card>
  );
}

function NewKeyDialog(props: { onClose: () => void; onMade: (key: string) => void }) {
  const tenants = useAnswer('GET /admin/tenants', {});
  const [name, setName] = useState('');
  const [tenant, setTenant] = useState('default');
  const [user, setUser] = useState('');
  const [scopes, setScopes] = useState(['inference']);
  const [expires, setExpires] = useState('');
  const make = useChange('POST /admin/keys', 'GET /admin/keys', 'GET /admin/audit');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(
      { body: { tenant, name: name.trim(), scopes, ...(user.trim() && { user: user.trim() }), ...(expires && { expiresAt: new Date(expires).toISOString() }) } },
      { onSuccess: (answer) => props.onMade(answer.key) },
    );
  };
  return (
    <Dialog title="New key" onClose={props.onClose}>
      <form onSubmit={submit}>
        <label>
          Name: who or what holds it
          <input value={name} onChange={(event) => setName(event.target.value)} required maxLength={128} autoComplete="off" />
        </label>
        <div className="fields">
          <label>
            Tenant
            <select value={tenant} onChange={(event) => setTenant(event.target.value)}>
              {(tenants.data ?? []).map((one) => (
                <option key={one.id}>{one.id}</option>
              ))}
            </select>
          </label>
          <label>
            User, if it is a person’s
            <input value={user} onChange={(event) => setUser(event.target.value)} autoComplete="off" />
          </label>
        </div>
        <fieldset>
          <legend>May</legend>
          {SCOPES.map((scope) => (
            <label key={scope} className="check">
              <input type="checkbox" checked={scopes.includes(scope)} onChange={(event) => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />
              {scope}
            </label>
          ))}
        </fieldset>
        <label>
          Ends <span className="hint">never, where this is empty</span>
          <input type="datetime-local" value={expires} onChange={(event) => setExpires(event.target.value)} />
        </label>
        {make.error && <Failure failure={make.error} />}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="main" disabled={make.isPending || !name.trim() || scopes.length === 0}>
            Make the key
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function MadeDialog(props: { text: string; onClose: () => void }) {
  const [said, setSaid] = useState('');
  return (
    <Dialog title="The key, this once" onClose={props.onClose}>
      <div className="stack">
        <p>Weir keeps only a hash of it: whoever needs it has to take it now.</p>
        <pre className="call" data-key>{props.text}</pre>
        <p role="status" className="soft">{said}</p>
        <div className="actions">
          <button type="button" onClick={() => void navigator.clipboard.writeText(props.text).then(() => setSaid('It is in the clipboard.'), () => setSaid('The browser does not let it be copied: select it by hand.'))}>
            Copy
          </button>
          <button type="button" className="main" onClick={props.onClose}>
            I have it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
