import { describe, expect, it } from 'vitest';
import type { CostRow } from '../../api/types';
import { dearestModel, perDay, share } from './sums';

const row = (tags: Record<string, string>, cost: number, tokens = 100): CostRow => ({ tags, calls: 1, inputTokens: tokens, cachedTokens: 0, outputTokens: tokens, cost });

describe('sums', () => {
  it('have every day, also those without a call', () =>
    expect(perDay([row({ day: '2026-11-20' }, 2)], '2026-11-19T00:00:00Z', Date.parse('2026-11-21T10:00:00Z'))).toEqual({
      days: ['2026-11-19', '2026-11-20', '2026-11-21'], costs: [0, 2, 0],
    }));

  it('know the dearest model by its tokens, not by its bill', () =>
    expect(dearestModel([row({ model: 'cheap' }, 10, 10_000), row({ model: 'dear' }, 5, 10), row({ model: 'free' }, 0)])).toBe('dear'));

  it('know no dearest where nothing has a price', () => expect(dearestModel([row({ model: 'free' }, 0)])).toBeUndefined());
  it('have no share of nothing', () => expect(share(0, 0)).toBeNull());
});
