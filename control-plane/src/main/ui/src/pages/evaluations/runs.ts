import type { CaseLine, RunView } from '../../api/types';
import type { Mood } from '../../controls/Status';

export const STATES: Record<RunView['state'], [Mood, string]> = {
  RUNNING: ['busy', 'running'], DONE: ['good', 'done'], CANCELLED: ['idle', 'cancelled'], FAILED: ['bad', 'failed'],
};

export const CHANGES: Record<CaseLine['change'], [Mood, string]> = {
  REGRESSED: ['bad', 'regressed'], FAILS: ['warn', 'fails'], UNSCORED: ['idle', 'not scored'], IMPROVED: ['busy', 'improved'], PASSES: ['good', 'passes'],
};

const ORDER: CaseLine['change'][] = ['REGRESSED', 'FAILS', 'UNSCORED', 'IMPROVED', 'PASSES'];

/** The worst first: what got worse, then what must pass, then the rest as it came. */
export function worstFirst(cases: CaseLine[]): CaseLine[] {
  return [...cases].sort((one, other) => ORDER.indexOf(one.change) - ORDER.indexOf(other.change) || Number(other.mustPass) - Number(one.mustPass));
}

/** Runs that another can be compared with: over the same version, and finished. The newest is the likeliest. */
export function baselinesFor(run: RunView, runs: RunView[]): RunView[] {
  return runs
    .filter((other) => other.id !== run.id && other.goldenHash === run.goldenHash && other.state === 'DONE')
    .sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}

export const share = (run: RunView): number | null => (run.attemptCount === 0 ? null : run.passedCount / run.attemptCount);
