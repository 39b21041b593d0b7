import { useAnswer } from '../../api/session';
import type { TargetStatus } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { DataTable } from '../../controls/DataTable';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { reached, samples, TARGETS, written } from './signals';

/** What Weir is there to reach, and what it reaches, with how much each figure stands on. */
export function Targets() {
  const targets = useAnswer('GET /admin/targets', {}, { everyMillis: 30_000 });
  return (
    <Card title="Targets">
      <Answer of={targets} what="the targets">
        {(rows) => (
          <DataTable
            caption="Targets"
            columns={[
              { name: 'Answers', cell: (target: TargetStatus) => <strong>{TARGETS[target.name] ?? target.name}</strong> },
              { name: 'Now', cell: (target) => <>{written(target, target.value)}{target.low != null && <div className="soft">{written(target, target.low)} to {written(target, target.high)}</div>}</>, figure: true },
              { name: 'Target', cell: (target) => `${target.atLeast ? 'over' : 'under'} ${written(target, target.target)}`, figure: true },
              { name: 'Reached', cell: (target) => <Status mood={reached(target)[0]}>{reached(target)[1]}</Status> },
              { name: 'Of', cell: (target) => <>{samples(target.sampleCount)}<div className="soft">in {target.windowDays} days</div></>, figure: true },
              { name: 'Who says so', cell: (target) => <span className="soft">{target.source}</span>, minor: true },
            ]}
            rows={rows}
            id={(target) => target.name}
            empty="There is no target."
          />
        )}
      </Answer>
    </Card>
  );
}
