import { describe, expect, it } from 'vitest';
import { codeOf, missing, NOTHING, pressed } from './codes';

const after = (...keys: string[]) => keys.reduce(pressed, NOTHING);

describe('a grade by keys', () => {
  it('is whole with accuracy and helpfulness, in any order', () => {
    expect(codeOf(after('6', '4'))).toBe('c4s');
    expect(codeOf(after('1', 'i'))).toBe('i1s');
    expect(codeOf(after('4'))).toBeNull();
  });

  it('is unsafe only where somebody says so, and can be taken back', () => {
    expect(codeOf(after('8', '3', '9'))).toBe('u3x');
    expect(codeOf(after('8', '3', '9', '9'))).toBe('u3s');
  });

  it('takes the last word, and nothing from other keys', () => {
    expect(codeOf(after('6', '7', '1', '5', 'q', '0'))).toBe('i5s');
    expect(after('z')).toBe(NOTHING);
  });

  it('says what is missing', () => {
    expect(missing(NOTHING)).toBe('Say whether it is correct and how helpful it is.');
    expect(missing(after('c', '2'))).toBe('');
  });
});
