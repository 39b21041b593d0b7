import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { Tenant } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count } from '../../controls/figures';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import type { Field } from './OrderDialog';
import { OrderDialog } from './OrderDialog';

const RESIDENCIES = ['LOCAL_ONLY', 'OVERFLOW_ALLOWED'];
const SAID: Record<string, string> = { LOCAL_ONLY: 'never leave', OVERFLOW_ALLOWED: 'may overflow to providers' };

const fields = (tenant?: Tenant): Field[] => [
  ...(tenant ? [] : [{ name: 'id', label: 'Id', hint: 'stands in requests and reports, and stays', required: true }]),
  { name: 'name', label: 'Name', value: tenant?.name, required: true },
  { name: 'weight', label: 'Share of an engine’s time, 1 to 1000', value: String(tenant?.weight ?? 1), type: 'number' },
  { name: 'dataResidency', label: 'Requests', value: tenant?.dataResidency ?? 'LOCAL_ONLY', choices: RESIDENCIES, texts: SAID },
];

export function Tenants() {
  const tenants = useAnswer('GET /admin/tenants', {});
  const [editing, setEditing] = useState<Tenant | 'new' | null>(null);
  const [switching, setSwitching] = useState<Tenant | null>(null);
  const make = useChange('POST /admin/tenants', 'GET /admin/tenants');
  const change = useChange('PATCH /admin/tenants/{id}', 'GET /admin/tenants');
  const columns: Column<Tenant>[] = [
    { name: 'Tenant', cell: (tenant) => <><strong>{tenant.id}</strong><div className="soft">{tenant.name}</div></> },
    { name: 'State', cell: (tenant) => (tenant.enabled ? <Status mood="good">enabled</Status> : <Status mood="bad">disabled</Status>) },
    { name: 'Requests', cell: (tenant) => SAID[tenant.dataResidency] ?? tenant.dataResidency },
    { name: 'Weight', cell: (tenant) => count(tenant.weight), figure: true },
    {
      name: 'Actions',
      cell: (tenant) => (
        <div className="actions">
          <Act needs="admin:administer" className="small" onClick={() => setEditing(tenant)}>
            Change
          </Act>
          <Act needs="admin:administer" className={tenant.enabled ? 'small danger' : 'small'} onClick={() => setSwitching(tenant)}>
            {tenant.enabled ? 'Disable' : 'Enable'}
          </Act>
        </div>
      ),
      figure: true,
    },
  ];
  return (
    <Card title="Tenants" actions={<Act needs="admin:administer" className="main" onClick={() => setEditing('new')}>New tenant</Act>}>
      <Answer of={tenants} what="the tenants">
        {(rows) => <DataTable caption="Tenants" columns={columns} rows={rows} id={(tenant) => tenant.id} empty="There is no tenant." />}
      </Answer>
      {editing === 'new' && (
        <OrderDialog
          title="New tenant"
          action="Make the tenant"
          fields={fields()}
          pending={make.isPending}
          failure={make.error}
          onClose={() => setEditing(null)}
          onOrder={(given) => make.mutate({ body: { id: given.id ?? '', name: given.name ?? '', weight: Number(given.weight), dataResidency: given.dataResidency as Tenant['dataResidency'] } }, { onSuccess: () => setEditing(null) })}
        />
      )}
      {editing !== null && editing !== 'new' && (
        <OrderDialog
          title={`Change ${editing.id}`}
          action="Change"
          explained
          note={<p className="soft">It holds from the next request on. Whoever may overflow has requests answered outside when there is no room here.</p>}
          fields={fields(editing)}
          pending={change.isPending}
          failure={change.error}
          onClose={() => setEditing(null)}
          onOrder={(given, reason) =>
            change.mutate(
              { path: { id: editing.id }, body: { name: given.name ?? null, weight: Number(given.weight), dataResidency: given.dataResidency as Tenant['dataResidency'] }, reason },
              { onSuccess: () => setEditing(null) },
            )
          }
        />
      )}
      {switching && (
        <Confirm
          title={`${switching.enabled ? 'Disable' : 'Enable'} ${switching.id}`}
          action={switching.enabled ? 'Disable' : 'Enable'}
          harmless={!switching.enabled}
          typed={switching.enabled ? switching.id : undefined}
          effect={<p>{switching.enabled ? 'Every key and every token of this tenant is refused with 401 from now on. Nothing is deleted.' : 'Its keys and tokens are taken again.'}</p>}
          pending={change.isPending}
          failure={change.error}
          onClose={() => setSwitching(null)}
          onConfirm={(reason) => change.mutate({ path: { id: switching.id }, body: { enabled: !switching.enabled }, reason }, { onSuccess: () => setSwitching(null) })}
        />
      )}
    </Card>
  );
}
