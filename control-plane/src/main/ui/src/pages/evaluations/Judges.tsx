import { useAnswer } from '../../api/session';
import type { JudgeCalibration } from '../../api/types';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { JUDGE_COLUMNS } from '../review/Figures';

type Calibrated = JudgeCalibration & { model: string };

const COLUMNS: Column<Calibrated>[] = [...JUDGE_COLUMNS, { name: 'On answers of', cell: (judge) => judge.model, minor: true }];

/** Whether judges may be believed: what they find, beside what people find. */
export function Judges() {
  const summary = useAnswer('GET /admin/reviews/summary', {}, { everyMillis: 10_000 });
  return (
    <Card title="Judges beside people">
      <Answer of={summary} what="how judges do">
        {(models) => (
          <DataTable
            caption="Calibration of judges"
            columns={COLUMNS}
            rows={models.flatMap(({ model, judges }) => judges.map((judge) => ({ ...judge, model })))}
            id={(judge) => `${judge.model} ${judge.judgeVersion}`}
            empty={<Empty title="No judge is measured yet.">Judges stand here once people have graded answers that they have read, too. Until then they do not decide about rollouts.</Empty>}
          />
        )}
      </Answer>
    </Card>
  );
}
