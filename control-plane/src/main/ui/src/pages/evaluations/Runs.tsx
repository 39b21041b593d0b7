import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useAnswer, useChange } from '../../api/session';
import type { RunView } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count, moment, percent } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { OrderDialog } from '../admin/OrderDialog';
import { share, STATES } from './runs';

const COLUMNS: Column<RunView>[] = [
  { name: 'Model', cell: (run) => <strong>{run.model}</strong> },
  { name: 'Golden set', cell: (run) => <>{run.goldenSet} <span className="soft mono minor">{run.goldenHash.slice(0, 8)}</span></> },
  {
    name: 'State',
    cell: (run) => (
      <>
        <Status mood={STATES[run.state][0]}>{STATES[run.state][1]}</Status>{' '}
        {run.state === 'RUNNING' && <progress value={run.attemptCount} max={run.attemptCountPlanned} aria-label="progress" />}
        {run.reason && <div className="soft">{run.reason}</div>}
      </>
    ),
  },
  { name: 'Passed', cell: (run) => `${percent(share(run))} of ${count(run.attemptCount)}`, figure: true },
  { name: 'Begun', cell: (run) => <Ago at={run.createdAt} />, minor: true },
  { name: 'By', cell: (run) => <span className="mono">{run.author}</span>, minor: true },
];

export function Runs() {
  const navigate = useNavigate();
  const runs = useAnswer('GET /admin/evaluations', {}, { everyMillis: 2000 });
  const sets = useAnswer('GET /admin/golden-sets', {});
  const [isStarting, setStarting] = useState(false);
  const start = useChange('POST /admin/evaluations', 'GET /admin/evaluations');
  const judged = (runs.data ?? []).filter((run) => run.state === 'DONE' && run.judgeVersion);
  const names = [...new Set((sets.data ?? []).map((version) => version.setName))];
  return (
    <Card
      title="Runs"
      actions={
        names.length > 0 && (
          <Act needs="admin:operate" className="main" onClick={() => setStarting(true)}>
            New run
          </Act>
        )
      }
    >
      <Answer of={runs} what="the runs">
        {(rows) => (
          <DataTable
            caption="Runs"
            columns={COLUMNS}
            rows={rows}
            id={(run) => run.id}
            open={(run) => void navigate(`/evaluations/${run.id}`)}
            empty={<Empty title="Nothing was evaluated yet.">{names.length > 0 ? 'Start a run of a model over a golden set.' : 'Import a golden set below, then run a model over it.'}</Empty>}
          />
        )}
      </Answer>
      {isStarting && (
        <OrderDialog
          title="New run"
          action="Start"
          note={<p className="soft">Every case of the newest version is asked of the model, as often as you say; attempts are booked like requests.</p>}
          fields={[
            { name: 'goldenSet', label: 'Golden set', choices: names },
            { name: 'model', label: 'Model', required: true },
            { name: 'repeatCount', label: 'Attempts at each case', type: 'number', value: '1' },
            { name: 'judgeModel', label: 'Judge', hint: 'a model; for cases that want one' },
            {
              name: 'comparedWith',
              label: 'Answers compared with',
              hint: 'by the judge; takes a run over the same version',
              choices: ['', ...judged.map((run) => run.id)],
              texts: { '': 'nothing', ...Object.fromEntries(judged.map((run) => [run.id, `${run.model}, ${moment(run.createdAt)}`])) },
            },
          ]}
          pending={start.isPending}
          failure={start.error}
          onClose={() => setStarting(false)}
          onOrder={(given) =>
            start.mutate(
              { body: { goldenSet: given.goldenSet ?? '', model: (given.model ?? '').trim(), repeatCount: Number(given.repeatCount) || 1, ...(given.judgeModel?.trim() && { judgeModel: given.judgeModel.trim() }), ...(given.comparedWith && { comparedWith: given.comparedWith }) } },
              { onSuccess: () => setStarting(false) },
            )
          }
        />
      )}
    </Card>
  );
}
