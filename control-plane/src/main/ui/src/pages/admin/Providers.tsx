import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { ProviderStatus } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { money } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { ProviderDialog } from './ProviderDialog';

function State(props: { of: ProviderStatus }) {
  const { ready, reason } = props.of;
  return ready ? <Status mood="good">can be asked</Status> : <><Status mood="bad">cannot be asked</Status><div className="soft">{reason}</div></>;
}

/** Who answers outside when there is no room here; those of the configuration are changed there. */
export function Providers() {
  const providers = useAnswer('GET /admin/providers', {}, { everyMillis: 10_000 });
  const [open, setOpen] = useState<ProviderStatus | 'new' | null>(null);
  const [leaving, setLeaving] = useState<ProviderStatus | null>(null);
  const forget = useChange('DELETE /admin/providers/{name}', 'GET /admin/providers');
  const columns: Column<ProviderStatus>[] = [
    { name: 'Provider', cell: (provider) => <><strong>{provider.name}</strong><div className="soft">{provider.url}</div></> },
    { name: 'State', cell: (provider) => <State of={provider} /> },
    { name: 'Region', cell: (provider) => provider.region },
    {
      name: 'Stands in for',
      cell: (provider) =>
        Object.entries(provider.models).map(([model, standIn]) => (
          <div key={model}>
            {model} <span className="soft">with {standIn.name}: {money(standIn.input)} a million in, {money(standIn.output)} out</span>
          </div>
        )),
    },
    { name: 'Budget a day', cell: (provider) => money(provider.budgetPerDay), figure: true },
    {
      name: 'Actions',
      cell: (provider) =>
        provider.origin === 'CONFIGURED' ? (
          <span className="soft">in weir.yaml</span>
        ) : (
          <div className="actions">
            <Act needs="admin:administer" className="small" onClick={() => setOpen(provider)}>
              Change
            </Act>
            <Act needs="admin:administer" className="small danger" onClick={() => setLeaving(provider)}>
              Forget
            </Act>
          </div>
        ),
      figure: true,
    },
  ];
  return (
    <Card title="Providers" actions={<Act needs="admin:administer" className="main" onClick={() => setOpen('new')}>Register a provider</Act>}>
      <Answer of={providers} what="the providers">
        {(rows) => (
          <DataTable
            caption="Providers, in the order in which they are asked"
            columns={columns}
            rows={rows}
            id={(provider) => provider.name}
            empty={<Empty title="Nothing leaves.">A provider answers outside while no engine here has room: requests of tenants that may overflow.</Empty>}
          />
        )}
      </Answer>
      {open !== null && <ProviderDialog {...(open !== 'new' && { provider: open })} onClose={() => setOpen(null)} />}
      {leaving && (
        <Confirm
          title={`Forget ${leaving.name}`}
          action="Forget"
          effect={<p>Nothing overflows to it any more, on no replica; what it has under way goes on. What it was paid stays in the reports.</p>}
          pending={forget.isPending}
          failure={forget.error}
          onClose={() => setLeaving(null)}
          onConfirm={(reason) => forget.mutate({ path: { name: leaving.name }, reason }, { onSuccess: () => setLeaving(null) })}
        />
      )}
    </Card>
  );
}
