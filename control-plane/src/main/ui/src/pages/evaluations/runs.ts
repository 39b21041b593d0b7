import type { CaseLine, GateReport, Preference, RunView } from '../../api/types';
import { count } from '../../controls/figures';
import type { Mood } from '../../controls/Status';
import type { Beside } from '../review/Exhibit';

export const STATES: Record<RunView['state'], [Mood, string]> = {
  RUNNING: ['busy', 'running'], DONE: ['good', 'done'], CANCELLED: ['idle', 'cancelled'], FAILED: ['bad', 'failed'],
};

export const CHANGES: Record<CaseLine['change'], [Mood, string]> = {
  REGRESSED: ['bad', 'regressed'], FAILS: ['warn', 'fails'], UNSCORED: ['idle', 'not scored'], IMPROVED: ['busy', 'improved'], PASSES: ['good', 'passes'],
};

const WINNERS: Record<Preference['winner'], string> = {
  CANDIDATE: 'this run’s answer is better', BASELINE: 'the other’s answer is better', TIE: 'both are as good', INCONSISTENT: 'the order decided', SAME: 'both are equal', NOT_APPLICABLE: 'the judge’s question does not apply', UNSCORED: 'no verdict',
};

const isBad = (line: CaseLine): boolean => line.change === 'REGRESSED' || line.change === 'FAILS';

/** What somebody should read: what got worse and what fails, as it came, and then what the judge finds worse than the other's. */
export function worst(cases: CaseLine[], casesMax: number): CaseLine[] {
  return [...cases.filter(isBad), ...cases.filter((line) => !isBad(line) && line.preference?.winner === 'BASELINE')].slice(0, casesMax);
}

/** What the judge has said of this run's answers; nothing where there is none. */
export function judgedOf({ judged }: Pick<GateReport['total'], 'judged'>): string {
  if (judged.ruledCount + judged.missingCount + judged.inapplicableCount === 0) return '';
  return `The judge has ruled on ${count(judged.ruledCount)} answers; on ${count(judged.missingCount)} it gave no verdict, and to ${count(judged.inapplicableCount)} its question does not apply.`;
}

type SliceLine = GateReport['slices'][number];

/** Slices that lost the largest part of their cases first: to the other run, or at all where there is none. */
export function worstSlices(slices: SliceLine[], isCompared: boolean): SliceLine[] {
  const lost = ({ baselinePassedCount, passedCount, caseCount }: SliceLine) => ((isCompared ? baselinePassedCount : caseCount) - passedCount) / Math.max(caseCount, 1);
  return [...slices].sort((one, other) => lost(other) - lost(one));
}

/** Why a case is among them. */
export const fault = (line: CaseLine): string => (isBad(line) ? CHANGES[line.change][1] : 'worse than the other’s');

/** What stands beside a case's answer: the other run's, what was expected, and what was found. */
export function besides(line: CaseLine, isCompared: boolean): Beside[] {
  const found = [...line.reasons, ...(line.preference ? [`Side by side: ${WINNERS[line.preference.winner]}. ${line.preference.reason}`] : [])];
  return [
    ...(isCompared ? [{ title: 'The other run’s', text: line.baselineAnswer ?? 'It was not asked.' }] : []),
    ...(line.reference ? [{ title: 'Expected', text: line.reference }] : []),
    ...(found.length > 0 ? [{ title: 'What was found', text: found.join('\n') }] : []),
  ];
}

/** Runs that another can be compared with: over the same version, and finished. The newest is the likeliest. */
export function baselinesFor(run: RunView, runs: RunView[]): RunView[] {
  return runs
    .filter((other) => other.id !== run.id && other.goldenHash === run.goldenHash && other.state === 'DONE')
    .sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}

export const share = (run: RunView): number | null => (run.attemptCount === 0 ? null : run.passedCount / run.attemptCount);
