import { useAnswer } from '../../api/session';
import type { EngineModels, EngineStatus } from '../../api/types';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { bytes, count, percent } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { memoryOf } from '../models/memory';

function state(engine: EngineStatus) {
  if (engine.ready) return <Status mood="good">ready</Status>;
  if (engine.draining) return <Status mood="warn">draining</Status>;
  return <Status mood="bad">not ready</Status>;
}

const columns = (models: EngineModels[]): Column<EngineStatus>[] => [
  {
    name: 'Engine',
    cell: (engine) => (
      <>
        <strong>{engine.name}</strong>
        {engine.region && <span className="soft"> {engine.region}</span>}
      </>
    ),
  },
  {
    name: 'State',
    cell: (engine) => (
      <>
        {state(engine)} <span className="soft">{engine.reason ?? <Ago at={engine.since} />}</span>
      </>
    ),
  },
  { name: 'Models', cell: (engine) => engine.models.join(', ') || <span className="soft">none</span>, minor: true },
  { name: 'Running', cell: (engine) => count(engine.load.runningCount), figure: true },
  { name: 'Waiting', cell: (engine) => count(engine.load.waitingCount), figure: true },
  {
    name: 'KV cache',
    cell: (engine) => (
      <>
        <meter min={0} max={1} high={0.9} value={engine.load.kvCacheUse} aria-label="KV cache in use" /> {percent(engine.load.kvCacheUse)}
      </>
    ),
    figure: true,
  },
  { name: 'Memory', cell: (engine) => <Memory of={models.find((one) => one.engine === engine.name)} />, figure: true },
];

/** What models have, of that and what is free. */
function Memory(props: { of: EngineModels | undefined }) {
  const memory = props.of && memoryOf(props.of);
  if (!memory) return <span className="soft">–</span>;
  return (
    <>
      <meter min={0} max={memory.ofBytes} high={memory.ofBytes * 0.9} value={memory.usedBytes} aria-label="memory in use" /> {bytes(memory.usedBytes)} of {bytes(memory.ofBytes)}
    </>
  );
}

export function Engines() {
  const engines = useAnswer('GET /admin/engines', {});
  const models = useAnswer('GET /admin/models', {});
  return (
    <Card title="Engines">
      <Answer of={engines} what="the engines">
        {(rows) => (
          <DataTable
            caption="Engines"
            columns={columns(models.data ?? [])}
            rows={rows}
            id={(engine) => engine.name}
            empty={
              <Empty title="There is no engine.">
                Start one with <code>./weir engine --model DIR</code> and name it under <code>engines</code> in the configuration.
              </Empty>
            }
          />
        )}
      </Answer>
    </Card>
  );
}
