import { describe, expect, it } from 'vitest';
import type { CaseLine, Preference, RunView } from '../../api/types';
import { baselinesFor, besides, fault, judgedOf, share, worst, worstSlices } from './runs';

const line = (id: string, change: CaseLine['change'], winner?: Preference['winner']): CaseLine => ({
  id, change, mustPass: false, severity: 'minor', question: '', answer: '', passedCount: 0, attemptCount: 1, reasons: [], ...(winner && { preference: { winner, reason: 'it says why' } }),
});
const run = (id: string, goldenHash: string, createdAt: string, state: RunView['state'] = 'DONE'): RunView => ({
  id, goldenHash, createdAt, state, goldenSet: 's', model: 'm', repeatCount: 1, attemptCountPlanned: 4, attemptCount: 4, passedCount: 3, author: 'a',
});

describe('runs', () => {
  it('show what is bad, and then what the judge finds worse than the other’s', () => {
    const cases = [line('regressed', 'REGRESSED'), line('fails', 'FAILS', 'BASELINE'), line('good', 'PASSES', 'CANDIDATE'), line('worse', 'PASSES', 'BASELINE'), line('passes', 'PASSES')];
    expect(worst(cases, 9).map((one) => one.id)).toEqual(['regressed', 'fails', 'worse']);
    expect(worst(cases, 9).map(fault)).toEqual(['regressed', 'fails', 'worse than the other’s']);
    expect(worst(cases, 2).map((one) => one.id)).toEqual(['regressed', 'fails']);
  });

  it('show the slices that lost most first', () => {
    const slice = (name: string, caseCount: number, passedCount: number, baselinePassedCount: number) => ({ name, caseCount, passedCount, baselinePassedCount, pValue: 1 });
    const slices = [slice('good', 9, 9, 9), slice('never good', 4, 0, 0), slice('worse', 8, 4, 8)];
    expect(worstSlices(slices, true).map((one) => one.name)).toEqual(['worse', 'good', 'never good']);
    expect(worstSlices(slices, false).map((one) => one.name)).toEqual(['never good', 'worse', 'good']);
  });

  it('tell of a case what there is to tell', () => {
    expect(besides(line('a', 'PASSES'), false)).toEqual([]);
    const compared = { ...line('b', 'REGRESSED', 'BASELINE'), reference: '46 euros', baselineAnswer: '46', reasons: ['no number'] };
    expect(besides(compared, true).map((one) => one.text)).toEqual(['46', '46 euros', 'no number\nSide by side: the other’s answer is better. it says why']);
  });

  it('say of how many answers the judge has nothing to say', () => {
    expect(judgedOf({ judged: { ruledCount: 0, missingCount: 0, inapplicableCount: 0 } })).toBe('');
    expect(judgedOf({ judged: { ruledCount: 90, missingCount: 2, inapplicableCount: 128 } })).toBe(
      'The judge has ruled on 90 answers; on 2 it gave no verdict, and to 128 its question does not apply.',
    );
  });

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
