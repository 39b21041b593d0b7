import { describe, expect, it } from 'vitest';
import type { Slot } from '../../api/types';
import { follow, median, recent } from './traffic';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();
const slot = (second: number, calls: number): Slot => ({
  start: at(second), calls, failed: 0, known: 0, inputTokens: 10 * calls, cachedTokens: 5 * calls, outputTokens: 100 * calls, firstTokenMillis: calls, firstTokenMillisP95: calls, tokenMillis: null,
});

describe('traffic', () => {
  const begun = follow(undefined, { from: at(0), to: at(15), slotSeconds: 5, slots: [slot(5, 2)] });

  it('has a slot for every time, also where nothing happened', () => {
    expect(begun.slots.map((one) => one.calls)).toEqual([0, 2, 0]);
  });

  it('goes on with what comes, and fills what was missed', () => {
    const later = follow(begun, { from: at(20), to: at(25), slotSeconds: 5, slots: [slot(20, 1)] });
    expect(later.slots.map((one) => one.calls)).toEqual([0, 2, 0, 0, 1]);
  });

  it('believes the newer figures of a time', () => {
    const again = follow(begun, { from: at(0), to: at(15), slotSeconds: 5, slots: [slot(0, 1), slot(5, 3)] });
    expect(again.slots.map((one) => one.calls)).toEqual([1, 3, 0]);
  });

  it('keeps a quarter of an hour', () => {
    expect(follow(undefined, { from: at(-3600), to: at(0), slotSeconds: 5, slots: [] }).slots).toHaveLength(180);
  });

  it('is summed up per second', () => {
    expect(recent(begun, 3)).toMatchObject({ perSecond: 2 / 15, outputPerSecond: 200 / 15, failedShare: 0, cachedShare: 0.5, firstTokenMillis: 2, tokenMillis: null });
  });

  it('has no shares where there were no calls', () => {
    expect(recent(undefined, 3)).toMatchObject({ perSecond: 0, failedShare: null, cachedShare: null });
  });

  it('has a median that is one of the values', () => expect(median([3, null, 1, undefined, 2])).toBe(2));
});
