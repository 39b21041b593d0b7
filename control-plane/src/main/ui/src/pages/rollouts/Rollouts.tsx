import { useState } from 'react';
import { Route, Routes, useNavigate } from 'react-router';
import { useAnswer } from '../../api/session';
import type { RolloutSummary } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { percent } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card, Page } from '../../controls/Page';
import { NewRolloutDialog } from './NewRolloutDialog';
import { OneRollout } from './OneRollout';
import { Phase } from './Phase';

export default function Rollouts() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path=":id" element={<OneRollout />} />
    </Routes>
  );
}

const COLUMNS: Column<RolloutSummary>[] = [
  { name: 'Alias', cell: (rollout) => <strong>{rollout.alias}</strong> },
  { name: 'From and to', cell: (rollout) => <>{rollout.baseline} → {rollout.candidate}</> },
  { name: 'Phase', cell: (rollout) => <Phase of={rollout} /> },
  { name: 'Stage', cell: (rollout) => `${Math.min(rollout.stageIndex + 1, rollout.stageCount)} of ${rollout.stageCount}`, figure: true, minor: true },
  { name: 'Share set', cell: (rollout) => percent(rollout.candidateShare), figure: true },
  { name: 'Why', cell: (rollout) => rollout.sentence, minor: true },
  { name: 'Begun', cell: (rollout) => <Ago at={rollout.createdAt} />, minor: true },
];

function List() {
  const navigate = useNavigate();
  const rollouts = useAnswer('GET /admin/rollouts', {}, { everyMillis: 2000 });
  const [isPlanning, setPlanning] = useState(false);
  return (
    <Page
      title="Rollouts"
      lead="New versions of a model behind an alias: a part of the traffic first, back at once where there is evidence of harm."
      actions={
        <Act needs="admin:operate" className="main" onClick={() => setPlanning(true)}>
          New rollout
        </Act>
      }
    >
      <Card title="The latest">
        <Answer of={rollouts} what="the rollouts">
          {(rows) => (
            <DataTable
              caption="Rollouts"
              columns={COLUMNS}
              rows={rows}
              id={(rollout) => rollout.id}
              open={(rollout) => void navigate(`/rollouts/${rollout.id}`)}
              empty={<Empty title="Nothing was rolled out yet.">Plan one: an alias that callers use, the model that it means now, and the model that it is to mean.</Empty>}
            />
          )}
        </Answer>
      </Card>
      {isPlanning && <NewRolloutDialog onClose={() => setPlanning(false)} onMade={(id) => void navigate(`/rollouts/${id}`)} />}
    </Page>
  );
}
