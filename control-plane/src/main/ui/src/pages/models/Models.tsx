import { useState } from 'react';
import { useAnswer } from '../../api/session';
import type { EngineModels, ModelLine } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { bytes, count } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card, Page } from '../../controls/Page';
import type { Mood } from '../../controls/Status';
import { Status } from '../../controls/Status';
import { AdapterDialog, Adapters } from './Adapters';
import { AliasDialog } from './AliasDialog';
import { LoadDialog } from './LoadDialog';
import { formatOf, needOf } from './memory';
import { PinDialog } from './PinDialog';
import type { Verb } from './verbs';
import { VERBS_OF, VerbDialog } from './verbs';

const STATES: Record<string, [Mood, string]> = {
  READY: ['good', 'ready'], LOADING: ['busy', 'loading'], UNLOADING: ['busy', 'unloading'], SLEEPING: ['idle', 'sleeping'], UNAVAILABLE: ['idle', 'not loaded'],
};

type Open = { what: 'verb'; verb: Verb; model: ModelLine } | { what: 'pin'; model: ModelLine } | { what: 'load' } | { what: 'alias'; model: ModelLine } | { what: 'adapter' };

export default function Models() {
  const models = useAnswer('GET /admin/models', {}, { everyMillis: 1500 });
  return (
    <Page title="Models" lead="What each engine has in memory, and what it could have.">
      <Answer of={models} what="the models">
        {(engines) =>
          engines.length === 0 ? (
            <Empty title="There is no engine.">
              Start one with <code>./weir engine --model DIR</code> and name it under <code>engines</code> in the configuration.
            </Empty>
          ) : (
            engines.map((engine) => <EngineCard key={engine.engine} of={engine} />)
          )
        }
      </Answer>
    </Page>
  );
}

function State(props: { of: ModelLine }) {
  const { of: model } = props;
  const [mood, said] = STATES[model.state] ?? ['warn', model.state.toLowerCase()];
  // What was unloaded says so, and what could not be loaded says why.
  const isFailed = model.state === 'UNAVAILABLE' && model.reason && model.reason !== 'unloaded';
  return (
    <div className="stack tight">
      <span>
        <Status mood={isFailed ? 'bad' : mood}>{said}</Status>{' '}
        {model.phase && (
          <span className="soft" role="status">
            {model.phase.replaceAll('_', ' ')} {model.fraction != null && <progress value={model.fraction} aria-label="progress" />}
          </span>
        )}
      </span>
      {model.reason && model.reason !== 'unloaded' && <span className="soft">{model.reason}</span>}
      {model.pin && (
        <span className="soft">
          📌 pinned by <span className="mono">{model.pin.actor}</span>: {model.pin.reason}
        </span>
      )}
    </div>
  );
}

function EngineCard(props: { of: EngineModels }) {
  const { of: engine } = props;
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const columns: Column<ModelLine>[] = [
    {
      name: 'Model',
      cell: (model) => (
        <>
          <strong>{model.name}</strong>
          {model.version && <div className="soft mono">{model.version.split('@').at(-1)}</div>}
          {model.aliases.length > 0 && <div className="soft">also {model.aliases.join(', ')}</div>}
        </>
      ),
    },
    { name: 'State', cell: (model) => <State of={model} /> },
    { name: 'Format', cell: (model) => <span className="soft">{settings(model)}</span>, minor: true },
    { name: 'In flight', cell: (model) => count(model.requestsInFlight), figure: true, minor: true },
    {
      name: 'Memory',
      cell: (model) => (
        <>
          {bytes(needOf(model))}
          {model.weightsBytes != null && <div className="soft">{memory(model)}</div>}
        </>
      ),
      minor: true,
    },
    {
      name: 'Actions',
      cell: (model) => (
        <div className="actions">
          {(VERBS_OF[model.state] ?? []).filter((verb) => !model.pin || verb === 'LOAD' || verb === 'WAKE').map((verb) => (
            <Act key={verb} needs="admin:operate" className="small" onClick={() => setOpen({ what: 'verb', verb, model })}>
              {verb[0] + verb.slice(1).toLowerCase()}
            </Act>
          ))}
          {model.state !== 'UNAVAILABLE' && (
            <Act needs="admin:operate" className="small" onClick={() => setOpen({ what: 'alias', model })}>
              Alias
            </Act>
          )}
          {(model.state !== 'UNAVAILABLE' || model.pin) && (
            <Act needs="admin:operate" className="small" onClick={() => setOpen({ what: 'pin', model })}>
              {model.pin ? 'Unpin' : 'Pin'}
            </Act>
          )}
        </div>
      ),
      figure: true,
    },
  ];
  return (
    <Card
      title={`Engine ${engine.engine}`}
      actions={
        !engine.reason && (
          <>
            <Act needs="admin:operate" onClick={() => setOpen({ what: 'adapter' })}>
              Load an adapter
            </Act>
            <Act needs="admin:operate" className="main" onClick={() => setOpen({ what: 'load' })}>
              Load a model
            </Act>
          </>
        )
      }
    >
      {engine.reason ? (
        <Empty title="This engine’s models cannot be seen.">
          {engine.reason}. An engine on another machine wants the token of its <code>--admin-token-file</code>: give it to the control plane as{' '}
          <code>WEIR_ADMIN_TOKEN</code>. A server that is not Weir has no such interface.
        </Empty>
      ) : (
        <>
          {engine.freeBytes != null && <p className="soft">{bytes(engine.freeBytes)} of memory free for further models.</p>}
          <DataTable caption={`Models of ${engine.engine}`} columns={columns} rows={engine.models} id={(model) => model.name} empty="This engine knows no model." />
          <Adapters of={engine} />
        </>
      )}
      {open?.what === 'verb' && <VerbDialog engine={engine.engine} model={open.model} verb={open.verb} onClose={close} />}
      {open?.what === 'pin' && <PinDialog engine={engine.engine} model={open.model} onClose={close} />}
      {open?.what === 'load' && <LoadDialog engine={engine.engine} onClose={close} />}
      {open?.what === 'alias' && <AliasDialog engine={engine.engine} model={open.model} onClose={close} />}
      {open?.what === 'adapter' && <AdapterDialog engine={engine} onClose={close} />}
    </Card>
  );
}

function settings(model: ModelLine): string {
  const { quantize, dtype, max_model_len: length } = model.parameters;
  const said = [formatOf(model.path), quantize && quantize !== 'none' ? quantize : dtype !== 'auto' && dtype, length && `context ${count(Number(length))}`];
  return said.filter(Boolean).join(', ') || '–';
}

const memory = (model: ModelLine) =>
  `weights ${bytes(model.weightsBytes)}, KV cache ${bytes(model.kvCacheBytes)}, working ${bytes(model.workingBytes)}`;
