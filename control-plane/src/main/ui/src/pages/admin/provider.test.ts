import { describe, expect, it } from 'vitest';
import type { ProviderStatus } from '../../api/types';
import { draftOf, orderOf, twice, withAnother } from './provider';

const EU: ProviderStatus = {
  name: 'eu',
  origin: 'REGISTERED',
  shape: 'anthropic',
  url: 'https://eu.example/v1',
  keyFile: '/run/secrets/eu',
  region: 'eu',
  budgetPerDay: 25,
  models: { power: { name: 'big-1', input: 3, cachedInput: 0.3, output: 15, outputTokensUnsaid: 2048 } },
  ready: true,
};

describe('a provider', () => {
  it('is ordered again as it is', () => {
    expect(orderOf(draftOf(EU))).toEqual({
      shape: 'anthropic',
      url: 'https://eu.example/v1',
      keyFile: '/run/secrets/eu',
      region: 'eu',
      budgetPerDay: 25,
      models: { power: { name: 'big-1', input: 3, cachedInput: 0.3, output: 15, outputTokensUnsaid: 2048 } },
    });
  });

  it('leaves to the server what is left empty', () => {
    const rows = [{ model: ' fast ', name: 'small-1', input: '0.2', cachedInput: '', output: '0.8' }];
    expect(orderOf({ ...draftOf(), rows }).models).toEqual({ fast: { name: 'small-1', input: 0.2, output: 0.8 } });
  });

  it('does not lose a model that is named twice', () => {
    const { rows } = draftOf(EU);
    expect(twice(withAnother(rows))).toBeUndefined();
    expect(twice([...rows, ...rows])).toBe('power');
  });
});
