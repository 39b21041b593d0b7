import type { GuardOrder, MetricReport, RolloutDetail, RolloutReading, StageOrder } from '../../api/types';
import { count, percent } from '../../controls/figures';
import type { Reading } from '../../controls/scale';
import type { Mood } from '../../controls/Status';

export const METRICS: Record<MetricReport['metric'], string> = {
  ERROR: 'Errors', TIME_TO_FIRST_TOKEN: 'Time to the first token', TIME_PER_TOKEN: 'Time per token', END_TO_END: 'Whole time', HALLUCINATION: 'Hallucination', LOW_QUALITY: 'Low quality',
};

export const STATUSES: Record<MetricReport['status'], [Mood, string]> = { PASS: ['good', 'pass'], WATCH: ['busy', 'watch'], HOLD: ['warn', 'hold'], FAIL: ['bad', 'fail'] };

export type Verb = RolloutDetail['allowed'][number];

export function stageName(stage: StageOrder): string {
  if (stage.kind === 'SHADOW') return 'shadow';
  return stage.kind === 'WARM' ? '100 %, old one warm' : percent(stage.candidateShare);
}

const JUDGED: MetricReport['metric'][] = ['HALLUCINATION', 'LOW_QUALITY'];

/** What a stage waits for on each version beside its time; for judged answers only where a guard asks the judge. */
export function samplesOf(stage: StageOrder, guards: GuardOrder[]): string {
  const asked = stage.kind === 'SHADOW' ? 'pairs of answers' : 'requests';
  const judged = stage.kind === 'SHADOW' ? 'pairs that the judge has seen' : 'answers that the judge has seen';
  const isJudged = guards.some((guard) => JUDGED.includes(guard.metric));
  return [stage.requestsMin ? `, ${count(stage.requestsMin)} ${asked}` : '', isJudged && stage.judgedMin ? `, ${count(stage.judgedMin)} ${judged}` : ''].join('');
}

/** Long times without false precision. */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}

/** How much of the evidence that a rollback needs is there: 0 to 1. */
export const evidence = (metric: { log10E: number; log10Needed: number }): number =>
  metric.log10Needed <= 0 ? 0 : Math.min(Math.max(metric.log10E / metric.log10Needed, 0), 1);

/** How one guard was read, time after time; where nothing could be told there is nothing. */
export const readingsOf = (readings: RolloutReading[], metric: MetricReport['metric']): Reading[] =>
  readings.flatMap(({ at, metrics }) =>
    metrics.flatMap(({ metric: name, estimate, lower, upper }) => (name !== metric || estimate == null || lower == null || upper == null ? [] : [{ at, estimate, lower, upper }])),
  );

/** The exact effect of an order, in the shares that it changes. */
export function effectOf(verb: Verb, detail: RolloutDetail): string {
  const { summary, stages } = detail;
  const now = percent(summary.candidateShare);
  const next = stages[summary.stageIndex + 1];
  switch (verb) {
    case 'START':
      return `${summary.candidate} begins with ${stages[0] ? stageName(stages[0]) : 'its first stage'} of the traffic of ${summary.alias}.`;
    case 'PAUSE':
      return `The share stays at ${now} and its clock stops. Guards go on: evidence of harm still rolls it back.`;
    case 'RESUME':
      return `The clock of this stage goes on, at ${now}.`;
    case 'PROMOTE_ONE':
      return `${summary.candidate} goes from ${now} to ${next ? stageName(next) : '100 %'} now, without what this stage still wanted.`;
    case 'PROMOTE_FULL':
      return `${summary.candidate} gets all of ${summary.alias} now (${now} → 100 %), without the stages between. ${summary.baseline} stays warm.`;
    case 'EXTEND':
      return 'This stage is held for as long as it was to be held once more, and more samples are gathered.';
    case 'ROLL_BACK':
      return `${summary.candidate} goes from ${now} to 0 % of ${summary.alias}, on every control plane in less than a second; ${summary.baseline} answers all of it. It is not tried again by itself.`;
  }
}
