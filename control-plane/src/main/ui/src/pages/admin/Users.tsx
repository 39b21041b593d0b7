import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { User } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { OrderDialog } from './OrderDialog';

const ROLES = ['', 'VIEWER', 'OPERATOR', 'ADMIN'];
const SAID: Record<string, string> = { '': 'none: asks models only', VIEWER: 'viewer: sees everything', OPERATOR: 'operator: changes what runs', ADMIN: 'admin: changes who may do what' };

export function Users() {
  const users = useAnswer('GET /admin/users', {});
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const [switching, setSwitching] = useState<User | null>(null);
  const make = useChange('POST /admin/users', 'GET /admin/users');
  const change = useChange('PATCH /admin/users/{id}', 'GET /admin/users');
  const role = (value: string | undefined) => (value ? { role: value as NonNullable<User['role']> } : {});
  const columns: Column<User>[] = [
    { name: 'User', cell: (user) => <><strong>{user.name}</strong><div className="soft">{user.id}</div></> },
    { name: 'State', cell: (user) => (user.enabled ? <Status mood="good">enabled</Status> : <Status mood="bad">disabled</Status>) },
    { name: 'Tenant', cell: (user) => user.tenantId },
    { name: 'Role', cell: (user) => user.role?.toLowerCase() ?? <span className="soft">none</span> },
    {
      name: 'Actions',
      cell: (user) => (
        <div className="actions">
          <Act needs="admin:administer" className="small" onClick={() => setEditing(user)}>
            Change
          </Act>
          <Act needs="admin:administer" className={user.enabled ? 'small danger' : 'small'} onClick={() => setSwitching(user)}>
            {user.enabled ? 'Disable' : 'Enable'}
          </Act>
        </div>
      ),
      figure: true,
    },
  ];
  return (
    <Card title="Users" actions={<Act needs="admin:administer" className="main" onClick={() => setEditing('new')}>New user</Act>}>
      <Answer of={users} what="the users">
        {(rows) => (
          <DataTable
            caption="Users"
            columns={columns}
            rows={rows}
            id={(user) => user.id}
            empty={<Empty title="Nobody is known by name.">Users are people of a tenant, named by the subject of their tokens. Applications need none: they have keys.</Empty>}
          />
        )}
      </Answer>
      {editing && (
        <OrderDialog
          title={editing === 'new' ? 'New user' : `Change ${editing.name}`}
          action={editing === 'new' ? 'Make the user' : 'Change'}
          fields={[
            ...(editing === 'new'
              ? [
                  { name: 'id', label: 'Id', hint: 'the subject of the person’s tokens', required: true },
                  { name: 'tenant', label: 'Tenant', value: 'default', required: true },
                ]
              : []),
            { name: 'name', label: 'Name', value: editing === 'new' ? '' : editing.name, required: true },
            { name: 'role', label: 'Role', value: editing === 'new' ? '' : (editing.role ?? ''), choices: ROLES, texts: SAID },
          ]}
          explained={editing !== 'new'}
          pending={make.isPending || change.isPending}
          failure={make.error ?? change.error}
          onClose={() => setEditing(null)}
          onOrder={(given, reason) =>
            editing === 'new'
              ? make.mutate({ body: { id: given.id ?? '', tenant: given.tenant ?? '', name: given.name ?? '', ...role(given.role) } }, { onSuccess: () => setEditing(null) })
              : change.mutate({ path: { id: editing.id }, body: { name: given.name ?? null, ...(given.role ? role(given.role) : { noRole: true }) }, reason }, { onSuccess: () => setEditing(null) })
          }
        />
      )}
      {switching && (
        <Confirm
          title={`${switching.enabled ? 'Disable' : 'Enable'} ${switching.name}`}
          action={switching.enabled ? 'Disable' : 'Enable'}
          harmless={!switching.enabled}
          effect={<p>{switching.enabled ? 'This person’s tokens and keys are refused with 401 from now on. Nothing is deleted.' : 'This person’s tokens and keys are taken again.'}</p>}
          pending={change.isPending}
          failure={change.error}
          onClose={() => setSwitching(null)}
          onConfirm={(reason) => change.mutate({ path: { id: switching.id }, body: { enabled: !switching.enabled }, reason }, { onSuccess: () => setSwitching(null) })}
        />
      )}
    </Card>
  );
}
