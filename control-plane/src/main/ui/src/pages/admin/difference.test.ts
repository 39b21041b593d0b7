import { describe, expect, it } from 'vitest';
import { around, difference } from './difference';

const signs = (before: string, after: string) => difference(before, after).map((line) => `${{ same: ' ', added: '+', removed: '-' }[line.kind]}${line.text}`);

describe('a difference', () => {
  it('is none between equal texts', () => expect(signs('a\nb', 'a\nb')).toEqual([' a', ' b']));
  it('has lines that came and went', () => expect(signs('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']));
  it('keeps what both have, wherever it stands', () => expect(signs('a\nb\nc\nd', 'b\nc\ne\nd')).toEqual(['-a', ' b', ' c', '+e', ' d']));
  it('adds to nothing', () => expect(signs('', 'a')).toEqual(['-', '+a']));

  it('is shown with what stands around it', () => {
    const lines = difference('1\n2\n3\n4\n5\n6', '1\n2\n3\nx\n5\n6');
    expect(around(lines, 1).map((line) => line?.text ?? '…')).toEqual(['…', '3', '4', 'x', '5', '…']);
  });
});
