import { describe, expect, it } from 'vitest';
import type { GoalReport } from '../../api/types';
import { chance, difference, left, standing, written } from './goals';

const estimate = (differenceLower: number | null, differenceUpper: number | null): GoalReport['estimates'][number] => ({
  arm: 'b', userCount: 10, observationCount: 20, mean: 0.5, difference: 0.1, differenceLower, differenceUpper,
});
const goal: GoalReport = { goal: 'THUMBS', primary: true, moreBetter: true, varianceKept: 1, estimates: [] };

describe('an experiment', () => {
  it('writes means in the unit of their goal', () => {
    expect(written('LATENCY', 1.5)).toBe('1.50 s');
    expect(written('COST', 0.00002)).toBe('$0.00002');
    expect(written('ERRORS', 0.02)).toBe('2.0\u00a0%');
  });

  it('writes differences with their sign', () => {
    expect(difference('THUMBS', 0.021)).toBe('+2.1 pp');
    expect(difference('LATENCY', -0.25)).toBe('−250 ms');
    expect(difference('COST', null)).toBe('–');
  });

  it('sees an arm ahead only where its interval leaves zero out, on the good side', () => {
    expect(standing(goal, estimate(0.01, 0.2), 'a')[1]).toBe('ahead');
    expect(standing({ ...goal, moreBetter: false }, estimate(0.01, 0.2), 'a')[1]).toBe('behind');
    expect(standing(goal, estimate(-0.01, 0.2), 'a')[1]).toBe('no difference yet');
    expect(standing(goal, estimate(null, null), 'a')[1]).toBe('too little to tell');
    expect(standing(goal, estimate(null, null), 'b')[1]).toBe('control');
  });

  it('writes chances without false precision', () => {
    expect(chance(1.5e-50)).toBe('< 0.001');
    expect(chance(0.134)).toBe('0.13');
    expect(chance(null)).toBe('–');
  });

  it('says what it still wants', () => {
    expect(left(2, 14, [400, 990], 1000)).toEqual({ value: '12 days', note: 'and 600 users on the smallest arm' });
    expect(left(2, 14, [], 1000)).toEqual({ value: '12 days' });
    expect(left(14.5, 14, [400, 990], 1000)).toEqual({ value: '600 users', note: 'on the smallest arm' });
    expect(left(14, 14, [1000, 1000], 1000)).toEqual({ value: 'nothing' });
  });
});
