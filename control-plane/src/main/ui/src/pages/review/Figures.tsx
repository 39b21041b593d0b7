import { useAnswer } from '../../api/session';
import type { JudgeCalibration, RaterAgreement, ReviewSummary } from '../../api/types';
import { Answer } from '../../controls/Answer';
import type { Column } from '../../controls/DataTable';
import { DataTable } from '../../controls/DataTable';
import { count, percent } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card, Figure } from '../../controls/Page';
import { Status } from '../../controls/Status';

const kappa = (agreement: RaterAgreement) => (agreement.count === 0 || Number.isNaN(agreement.kappa) ? '–' : agreement.kappa.toFixed(2));

/** How far a judge finds what people find. */
export const JUDGE_COLUMNS: Column<JudgeCalibration>[] = [
  { name: 'Judge', cell: (judge) => <span className="mono">{judge.judgeVersion}</span> },
  { name: 'May stand in', cell: (judge) => (judge.trustworthy ? <Status mood="good">yes</Status> : <Status mood="warn">not yet</Status>) },
  { name: 'κ', cell: (judge) => kappa(judge.agreement), figure: true },
  { name: 'Right, by both', cell: (judge) => (judge.accuracy ? <>{percent(judge.accuracy.share)}<div className="soft">{percent(judge.accuracy.low)} to {percent(judge.accuracy.high)}</div></> : '–'), figure: true },
  { name: 'Good found good', cell: (judge) => percent(judge.agreement.truePositiveRate), figure: true },
  { name: 'Bad found bad', cell: (judge) => percent(judge.agreement.trueNegativeRate), figure: true },
  { name: 'Answers', cell: (judge) => count(judge.agreement.count), figure: true },
];

/** How often models are right, how far people agree, and whether a judge may stand in for them. */
export function Figures() {
  const summary = useAnswer('GET /admin/reviews/summary', {}, { everyMillis: 10_000 });
  return (
    <Answer of={summary} what="what people found">
      {(models) => (models.length === 0 ? <Empty title="Nobody has graded anything yet.">Figures of this week and the four before stand here, by model.</Empty> : models.map((model) => <Model key={model.model} of={model} />))}
    </Answer>
  );
}

function Model(props: { of: ReviewSummary }) {
  const { of: model } = props;
  const { correct } = model;
  return (
    <Card title={model.model}>
      <dl className="tiles">
        <Figure name="Correct" value={percent(correct?.share)} note={correct ? `${percent(correct.low)} to ${percent(correct.high)}, ${count(correct.count)} answers` : 'none of the uniform half is graded'} />
        <Figure name="Helpful" value={model.meanHelpfulness?.toFixed(1) ?? '–'} note="of 5" />
        <Figure name="Graded" value={count(model.gradedCount)} note={`of ${count(model.drawnCount)} drawn`} />
        <Figure name="Unsafe" value={count(model.unsafeCount)} note={`${count(model.disputedCount)} disputed`} />
        <Figure name="Two people agree" value={kappa(model.accuracyBetweenPeople)} note={`κ on correct, ${count(model.accuracyBetweenPeople.count)} answers; on helpful ${model.accuracyBetweenPeople.count > 0 && Number.isFinite(model.helpfulnessKappa) ? model.helpfulnessKappa.toFixed(2) : '–'}`} />
      </dl>
      <h3>Judges beside people</h3>
      <DataTable
        caption={`Judges of ${model.model}`}
        columns={JUDGE_COLUMNS}
        rows={model.judges}
        id={(judge) => judge.judgeVersion}
        empty="No judge has read answers that people have graded, too."
      />
    </Card>
  );
}
