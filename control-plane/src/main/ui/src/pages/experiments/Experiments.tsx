import { useState } from 'react';
import { Route, Routes, useNavigate } from 'react-router';
import { useAnswer } from '../../api/session';
import type { ExperimentSummary } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { Empty } from '../../controls/Notice';
import { Card, Page } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { ENDS, GOALS } from './goals';
import { NewExperimentDialog } from './NewExperimentDialog';
import { OneExperiment } from './OneExperiment';

export default function Experiments() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path=":id" element={<OneExperiment />} />
    </Routes>
  );
}

const COLUMNS: Column<ExperimentSummary>[] = [
  { name: 'Alias', cell: (one) => <strong>{one.alias}</strong> },
  { name: 'Kind', cell: (one) => `${one.kind === 'BANDIT' ? 'bandit' : 'experiment'}, ${one.armCount} arms` },
  { name: 'Decided by', cell: (one) => GOALS[one.primary], minor: true },
  { name: 'State', cell: (one) => <Status mood={ENDS[one.end][0]}>{ENDS[one.end][1]}</Status> },
  { name: 'Why', cell: (one) => one.sentence, minor: true },
  { name: 'Begun', cell: (one) => <Ago at={one.createdAt} />, minor: true },
];

function List() {
  const navigate = useNavigate();
  const experiments = useAnswer('GET /admin/experiments', {}, { everyMillis: 5000 });
  const [isPlanning, setPlanning] = useState(false);
  return (
    <Page
      title="Experiments"
      lead="Is another version better? Users fall on arms and stay there; a bandit moves them to what is likely best."
      actions={
        <Act needs="admin:operate" className="main" onClick={() => setPlanning(true)}>
          New experiment
        </Act>
      }
    >
      <Card title="The latest">
        <Answer of={experiments} what="the experiments">
          {(rows) => (
            <DataTable
              caption="Experiments"
              columns={COLUMNS}
              rows={rows}
              id={(one) => one.id}
              open={(one) => void navigate(`/experiments/${one.id}`)}
              empty={<Empty title="Nothing was compared yet.">Begin one: an alias that callers use, what it means now as the control, and a model that may be better. Applications tell what users think by <code>POST /v1/feedback</code>.</Empty>}
            />
          )}
        </Answer>
      </Card>
      {isPlanning && <NewExperimentDialog onClose={() => setPlanning(false)} onMade={(id) => void navigate(`/experiments/${id}`)} />}
    </Page>
  );
}
