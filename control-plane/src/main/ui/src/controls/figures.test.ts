import { describe, expect, it } from 'vitest';
import { ago, bytes, count, millis, money, percent, points, power, rate } from './figures';

describe('figures', () => {
  it('are a dash where there is none', () => {
    for (const write of [bytes, count, millis, money, percent, rate]) {
      expect(write(undefined)).toBe('–');
      expect(write(null)).toBe('–');
      expect(write(NaN)).toBe('–');
    }
  });

  it.each([
    [0, '0 B'], [1023, '1023 B'], [1024, '1.0 KiB'], [150 * 1024, '150 KiB'], [3 * 1024 ** 3, '3.0 GiB'],
  ])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0.42, '0.4 ms'], [12.4, '12 ms'], [999, '999 ms'], [1234, '1.23 s'], [12_345, '12.3 s'], [61_000, '1 min 1 s'],
  ])('%d milliseconds are %s', (value, text) => expect(millis(value)).toBe(text));

  it.each([
    [0, '$0'], [0.0000123, '$0.000012'], [0.0149, '$0.015'], [0.1, '$0.10'], [0.5, '$0.50'], [0.997, '$1.00'], [1.5, '$1.50'], [1234.567, '$1,234.57'], [-2, '−$2.00'], [2_500_000, '$2.5M'],
  ])('%d dollars are %s', (value, text) => expect(money(value)).toBe(text));

  it.each([[0, '0\u00a0%'], [0.0061, '0.61\u00a0%'], [0.012, '1.2\u00a0%'], [0.5, '50\u00a0%'], [1, '100\u00a0%']])('%d is %s', (value, text) => expect(percent(value)).toBe(text));

  it.each([[0, '0.0 pp'], [0.0003, '0.03 pp'], [-0.039, '−3.9 pp'], [0.5, '50.0 pp']])('a difference of %d is %s', (value, text) => expect(points(value)).toBe(text));

  it.each([[0, '10^0.0'], [-0.01, '10^0.0'], [2.64, '10^2.6'], [-1.5, '10^-1.5']])('evidence of %d is %s', (value, text) => expect(power(value)).toBe(text));

  it('tells how long ago', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(ago('2026-11-21T11:59:58Z', now)).toBe('just now');
    expect(ago('2026-11-21T11:59:20Z', now)).toBe('40 s ago');
    expect(ago('2026-11-21T10:30:00Z', now)).toBe('1 h ago');
    expect(ago('2026-11-18T12:00:00Z', now)).toBe('3 d ago');
  });
});
