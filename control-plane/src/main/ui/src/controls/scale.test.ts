import { describe, expect, it } from 'vitest';
import { band, scale } from './scale';

const reading = (at: string, estimate: number) => ({ at, estimate, lower: estimate - 1, upper: estimate + 1 });

describe('a scale', () => {
  it('has room for everything, and for nothing at all', () => {
    const place = scale([-1, 3, null]);
    expect(place(-1)).toBeGreaterThan(0);
    expect(place(3)).toBeLessThan(100);
    expect(place(1)).toBe(50);
    expect(scale([])(0)).toBe(50);
  });

  it('keeps what is outside at its edge', () => expect(scale([0, 1])(50)).toBe(100));
});

describe('readings', () => {
  it('enclose an area', () => expect(band([reading('1', 0), reading('2', 0)], (value) => 50 + value)).toBe('0,49 100,49 100,51 0,51'));
});
