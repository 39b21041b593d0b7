import { describe, expect, it } from 'vitest';
import type { FindingView } from '../../api/types';
import { dimensions, metrics, side } from './cube';

const finding = (dimension: string, value: string, log10E: number, metric: FindingView['metric'] = 'ERROR'): FindingView => ({
  metric, dimension, value, log10E, candidateCount: 40, candidateBadCount: 20, baselineCount: 40, baselineBadCount: 0, candidateLower: 0.3, candidateUpper: 0.6, differenceLower: 0.2, differenceUpper: 0.6,
});
const told = [
  { version: 'v2', view: { rolloutId: 'r1', findings: [finding('tenant', 'acme', 3), finding('tenant', 'zoo', 5), finding('language', 'de', 4, 'LOW_QUALITY')], candidate: [], baseline: [] } },
  { version: 'v3', view: { rolloutId: 'r2', findings: [finding('tenant', 'acme', 9)], candidate: [], baseline: [] } },
  { version: 'v2', view: { rolloutId: 'r0', findings: [finding('tenant', 'acme', 2)], candidate: [], baseline: [] } },
];

describe('the cube', () => {
  it('has the dimensions and guards that something was found of', () => {
    expect(dimensions(told)).toEqual(['language', 'tenant']);
    expect(metrics(told)).toEqual(['ERROR', 'LOW_QUALITY']);
  });

  it('shows a side with the worst first', () => expect(side(told, 'tenant', 'ERROR').map((row) => row.value)).toEqual(['acme', 'zoo']));

  it('keeps what there is most evidence of', () => {
    const [acme] = side(told, 'tenant', 'ERROR');
    expect(acme?.cells.v2?.log10E).toBe(3);
    expect(acme?.cells.v3?.log10E).toBe(9);
  });
});
