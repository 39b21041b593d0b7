import type { ExperimentSummary, GoalReport } from '../../api/types';
import { count, millis, money, percent, points } from '../../controls/figures';
import type { Mood } from '../../controls/Status';

export type Goal = ExperimentSummary['primary'];

export const GOALS: Record<Goal, string> = {
  TASK_COMPLETION: 'Task completion', THUMBS: 'Thumbs up', QUALITY: 'Quality, by the judge', HALLUCINATION: 'Hallucinations', ERRORS: 'Errors', LATENCY: 'Time of an answer', COST: 'Cost of an answer',
};

export const ENDS: Record<ExperimentSummary['end'], [Mood, string]> = {
  RUNNING: ['busy', 'running'], WINNER: ['good', 'has a winner'], HARMFUL: ['bad', 'did harm'], NO_DIFFERENCE: ['idle', 'no difference'], STOPPED: ['warn', 'stopped'],
};

/** A mean, in its goal's unit. */
export function written(goal: Goal, value: number | null | undefined): string {
  if (goal === 'COST') return money(value);
  if (goal === 'LATENCY') return millis(value == null ? value : value * 1000);
  return percent(value);
}

/** A difference with its sign, since none would be read as more. */
export function difference(goal: Goal, value: number | null | undefined): string {
  if (value == null) return '–';
  const size = Math.abs(value);
  const text = goal === 'COST' ? money(size) : goal === 'LATENCY' ? millis(size * 1000) : points(size);
  return value === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

/** Where an arm stands, with 95 % and for a single look; the experiment's verdict wants more. */
export function standing(goal: GoalReport, estimate: GoalReport['estimates'][number], control: string | undefined): [Mood, string] {
  const { differenceLower: lower, differenceUpper: upper } = estimate;
  if (estimate.arm === control) return ['idle', 'control'];
  if (lower == null || upper == null) return ['idle', 'too little to tell'];
  if (lower <= 0 && upper >= 0) return ['idle', 'no difference yet'];
  return lower > 0 === goal.moreBetter ? ['good', 'ahead'] : ['warn', 'behind'];
}

/** No more digits than anybody believes. */
export const chance = (p: number | null | undefined): string => (p == null ? '–' : p < 0.001 ? '< 0.001' : p.toPrecision(2));

/** How much longer it goes on at least, in days and in users of the smallest arm; nothing where enough is there. */
export function left(days: number, horizonDays: number, users: number[], usersMin: number): { value: string; note?: string } {
  const daysLeft = Math.ceil(horizonDays - days);
  const usersLeft = users.length === 0 ? 0 : usersMin - Math.min(...users);
  if (daysLeft <= 0) return usersLeft <= 0 ? { value: 'nothing' } : { value: `${count(usersLeft)} users`, note: 'on the smallest arm' };
  return { value: `${count(daysLeft)} days`, ...(usersLeft > 0 && { note: `and ${count(usersLeft)} users on the smallest arm` }) };
}
