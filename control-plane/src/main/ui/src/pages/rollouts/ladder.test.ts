import { describe, expect, it } from 'vitest';
import type { RolloutDetail } from '../../api/types';
import { effectOf, evidence, readingsOf, samplesOf, span, stageName } from './ladder';

const detail = {
  summary: { alias: 'notes', baseline: 'v1', candidate: 'v2', candidateShare: 0.05, stageIndex: 1 },
  stages: [{ kind: 'SHADOW', candidateShare: 0, holdSeconds: 60 }, { kind: 'CANARY', candidateShare: 0.05, holdSeconds: 60 }, { kind: 'CANARY', candidateShare: 0.25, holdSeconds: 60 }],
} as unknown as RolloutDetail;

describe('a rollout', () => {
  it('says which shares an order changes', () => {
    expect(effectOf('PROMOTE_ONE', detail)).toContain('from 5.0\u00a0% to 25\u00a0%');
    expect(effectOf('ROLL_BACK', detail)).toContain('from 5.0\u00a0% to 0 % of notes');
    expect(effectOf('ROLL_BACK', detail)).toContain('v1 answers all of it');
  });

  it('is read time after time, where anything can be told', () => {
    const read = (number: number, estimate: number | null) => ({ number, at: String(number), stageIndex: 0, candidateShare: 0.05, metrics: [{ metric: 'ERROR' as const, estimate, lower: -1, upper: 1, log10E: 0 }] });
    expect(readingsOf([read(0, null), read(1, 0.2)], 'ERROR')).toEqual([{ at: '1', estimate: 0.2, lower: -1, upper: 1 }]);
    expect(readingsOf([read(1, 0.2)], 'END_TO_END')).toEqual([]);
  });

  it('names its stages', () => expect(detail.stages.map(stageName)).toEqual(['shadow', '5.0\u00a0%', '25\u00a0%']));

  it('waits for judged answers only where a guard asks the judge', () => {
    const stage = { kind: 'SHADOW' as const, candidateShare: 0, holdSeconds: 600, requestsMin: 500, judgedMin: 500 };
    const guard = (metric: 'ERROR' | 'HALLUCINATION') => ({ metric, role: 'GUARDRAIL' as const, limit: 0.03 });
    expect(samplesOf(stage, [guard('ERROR'), guard('HALLUCINATION')])).toBe(', 500 pairs of answers, 500 pairs that the judge has seen');
    expect(samplesOf(stage, [guard('ERROR')])).toBe(', 500 pairs of answers');
    expect(samplesOf({ ...stage, kind: 'CANARY', judgedMin: 900 }, [guard('HALLUCINATION')])).toContain('500 requests, 900 answers that the judge has seen');
  });

  it('has evidence between none and enough', () => {
    expect(evidence({ log10E: -3, log10Needed: 2.6 })).toBe(0);
    expect(evidence({ log10E: 1.3, log10Needed: 2.6 })).toBe(0.5);
    expect(evidence({ log10E: 9, log10Needed: 2.6 })).toBe(1);
  });

  it.each([[45, '45 s'], [7200, '2.0 h'], [86_400, '24 h'], [259_200, '3.0 d'], [null, '–']])('%s seconds are %s', (seconds, text) => expect(span(seconds)).toBe(text));
});
