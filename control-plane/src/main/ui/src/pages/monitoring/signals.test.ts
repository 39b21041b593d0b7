import { describe, expect, it } from 'vitest';
import type { TargetStatus } from '../../api/types';
import { reached, samples, shares, whose, written } from './signals';

const target = (change: Partial<TargetStatus>): TargetStatus => ({ name: 'accuracy', unit: 'share', value: 0.95, low: 0.93, high: 0.97, target: 0.92, atLeast: true, met: true, windowDays: 28, sampleCount: 400, source: 'people', ...change });

describe('a target', () => {
  it('is reached or missed for certain only where its interval says so', () => {
    expect(reached(target({}))[1]).toBe('reached');
    expect(reached(target({ low: 0.9 }))[1]).toBe('reached, so far');
    expect(reached(target({ sampleCount: 99 }))[1]).toBe('reached, so far');
    expect(reached(target({ met: false, value: 0.9, low: 0.85, high: 0.93 }))[1]).toBe('missed, so far');
    expect(reached(target({ met: false, value: 0.8, low: 0.75, high: 0.85 }))[1]).toBe('missed');
    expect(reached(target({ met: null, value: null }))[1]).toBe('not measured');
  });

  it('is written in its unit', () => {
    expect(written(target({}), 0.925)).toBe('93\u00a0%');
    expect(written(target({}), 0.031)).toBe('3.1\u00a0%');
    expect(written(target({ unit: 'seconds' }), 1.5)).toBe('1.50 s');
  });
});

describe('a signal', () => {
  it('says whose it is', () => {
    expect(whose({ model: 'm', tenant: '*', queryType: '*' })).toBe('m');
    expect(whose({ model: 'm', tenant: 'acme', queryType: 'code' })).toBe('m, tenant acme, code');
  });

  it('says what has become more and less', () => expect(shares('LANGUAGE', [{ name: 'de', referenceShare: 0.1, share: 0.4 }, { name: 'other', referenceShare: 0, share: 0 }])).toBe('de: 10\u00a0% → 40\u00a0%'));
  it('says lengths in characters', () => expect(shares('LENGTH', [{ name: '024', referenceShare: 0.5, share: 0.1 }])).toBe('64 characters on: 50\u00a0% → 10\u00a0%'));

  it('counts', () => expect([1, 2].map(samples)).toEqual(['1 answer', '2 answers']));
});
