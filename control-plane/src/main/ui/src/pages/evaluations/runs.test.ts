import { describe, expect, it } from 'vitest';
import type { CaseLine, RunView } from '../../api/types';
import { baselinesFor, share, worstFirst } from './runs';

const line = (id: string, change: CaseLine['change'], mustPass = false): CaseLine => ({ id, change, mustPass, severity: 'minor', question: '', answer: '', passedCount: 0, attemptCount: 1, reasons: [] });
const run = (id: string, goldenHash: string, createdAt: string, state: RunView['state'] = 'DONE'): RunView => ({
  id, goldenHash, createdAt, state, goldenSet: 's', model: 'm', repeatCount: 1, attemptCountPlanned: 4, attemptCount: 4, passedCount: 3, author: 'a',
});

describe('runs', () => {
  it('show what got worse first, and of that what must pass', () =>
    expect(worstFirst([line('a', 'PASSES'), line('b', 'REGRESSED'), line('c', 'FAILS'), line('d', 'REGRESSED', true)]).map((one) => one.id)).toEqual(['d', 'b', 'c', 'a']));

  it('are compared over the same version only', () => {
    const candidate = run('c', 'h', '3');
    const others = [run('old', 'h', '1'), run('new', 'h', '2'), run('other', 'x', '2'), run('under way', 'h', '4', 'RUNNING'), candidate];
    expect(baselinesFor(candidate, others).map((one) => one.id)).toEqual(['new', 'old']);
  });

  it('have no share before the first attempt', () => {
    expect(share({ ...run('r', 'h', '1'), attemptCount: 0 })).toBeNull();
    expect(share(run('r', 'h', '1'))).toBe(0.75);
  });
});
