import { describe, expect, it } from 'vitest';
import type { ReviewQueue } from '../../api/types';
import { isDone, leftOf } from './queue';

const told = (waitingCount: number, ...ids: string[]) => ({ tasks: ids.map((id) => ({ id })), waitingCount }) as ReviewQueue;

describe('a queue', () => {
  it('has what nobody has graded yet', () => expect(leftOf(told(2, 'a', 'b'), new Set(['a']))).toEqual({ tasks: [{ id: 'b' }], waitingCount: 1 }));
  it('goes on behind the page that was told', () => {
    expect(isDone(told(130, 'a', 'b'), new Set(['a']))).toBe(false);
    expect(isDone(told(130, 'a', 'b'), new Set(['a', 'b']))).toBe(true);
  });
  it('ends where nobody waits, or where others have graded what waited', () => {
    expect(isDone(told(2, 'a', 'b'), new Set(['a', 'b']))).toBe(false);
    expect(isDone(told(3), new Set(['a', 'b']))).toBe(false);
  });
  it('does not count twice what was graded before it was told', () => expect(leftOf(told(28, 'c'), new Set(['a', 'b']))).toEqual({ tasks: [{ id: 'c' }], waitingCount: 28 }));
});
