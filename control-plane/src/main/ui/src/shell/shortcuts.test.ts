import { describe, expect, it } from 'vitest';
import { match } from './shortcuts';

describe('shortcuts', () => {
  const help = () => {};
  const models = () => {};
  const shortcuts = { '?': help, 'g m': models };

  it('answer to one key', () => expect(match(shortcuts, '', '?')).toBe(help));
  it('wait for the second of a pair', () => expect(match(shortcuts, '', 'g')).toBeNull());
  it('answer to a pair', () => expect(match(shortcuts, 'g', 'm')).toBe(models));
  it('leave other keys alone', () => expect(match(shortcuts, '', 'm')).toBeUndefined());
  it('take a key that completes no pair by itself', () => expect(match(shortcuts, 'g', '?')).toBe(help));
});
