import type { DriftRate, DriftSignal, TargetStatus } from '../../api/types';
import { count, millis, percent } from '../../controls/figures';
import type { Mood } from '../../controls/Status';

export const TARGETS: Record<string, string> = {
  'accuracy': 'Accurate', 'hallucination': 'Hallucinated', 'latency-p50': 'Half are answered within', 'latency-p95': '95 % are answered within', 'latency-p99': '99 % are answered within', 'satisfaction': 'Satisfied',
};

export const SIGNALS: Record<DriftSignal['signal'], string> = {
  LENGTH: 'Length', FINISH_REASON: 'How answers end', REFUSAL: 'Refusals', LANGUAGE: 'Language', JSON: 'JSON', QUALITY: 'Quality, by the judge', HALLUCINATION: 'Hallucinations',
  PROMPT_LENGTH: 'Length of questions', PROMPT_LANGUAGE: 'Language of questions', TOPIC: 'Topics', INJECTION: 'Injections',
};

export const VERDICTS: Record<DriftSignal['verdict'], [Mood, string]> = {
  MOVED: ['bad', 'moved'], WATCH: ['warn', 'watch'], STEADY: ['good', 'steady'], TOO_FEW: ['idle', 'too few'],
};

export const RATES: Record<DriftRate['verdict'], [Mood, string]> = { MOVED: ['bad', 'moved'], STEADY: ['good', 'steady'], TOO_FEW: ['idle', 'too few'] };

export const CAUSES: Record<DriftSignal['cause'], string> = {
  NONE: '', INPUT: 'Others ask, or for other things; each kind of question is answered as before.', ANSWERS: 'The same questions are answered otherwise.', UNKNOWN: 'Too much of what is asked was hardly asked before.',
};

/** A value or a target, in its unit. */
export const written = (target: TargetStatus, value: number | null | undefined): string =>
  target.unit === 'seconds' ? millis(value == null ? value : value * 1000) : percent(value, value != null && value < 0.1 ? 1 : 0);

/** Of fewer nobody can say what 99 % of answers do. */
const SAMPLES_MIN = 100;

/** Not only whether it is reached, but whether the sample is enough to say so. */
export function reached(target: TargetStatus): [Mood, string] {
  if (target.met == null) return ['idle', 'not measured'];
  const doubtful =
    target.sampleCount < SAMPLES_MIN || (target.low != null && target.high != null && target.low <= target.target && target.target <= target.high);
  if (target.met) return doubtful ? ['busy', 'reached, so far'] : ['good', 'reached'];
  return doubtful ? ['warn', 'missed, so far'] : ['bad', 'missed'];
}

/** Whose: everybody's where nobody is named. */
export const whose = (scope: { model: string; tenant: string; queryType?: string; judgeVersion?: string | null }): string =>
  [scope.model, scope.tenant !== '*' && `tenant ${scope.tenant}`, scope.queryType !== undefined && scope.queryType !== '*' && scope.queryType, scope.judgeVersion && `judge ${scope.judgeVersion}`].filter(Boolean).join(', ');

export const span = (window: DriftSignal['window']): string => (window === 'DAY' ? 'a day' : 'a week');

const BINS_PER_OCTAVE = 4;

/** Lengths are kept in quarters of octaves, which nobody can read. */
const valueOf = (signal: DriftSignal['signal'], name: string): string =>
  (signal === 'LENGTH' || signal === 'PROMPT_LENGTH') && /^\d+$/.test(name) ? `${count(Math.round(2 ** (Number(name) / BINS_PER_OCTAVE)))} characters on` : name;

/** What was and is the share of each value that there was or is. */
export const shares = (signal: DriftSignal['signal'], groups: DriftSignal['groups']): string =>
  groups
    .filter((group) => group.referenceShare > 0 || group.share > 0)
    .map((group) => `${valueOf(signal, group.name)}: ${percent(group.referenceShare)} → ${percent(group.share)}`)
    .join(', ');

export const samples = (value: number): string => `${count(value)} ${value === 1 ? 'answer' : 'answers'}`;
