import { describe, expect, it } from 'vitest';
import type { ModelLine } from '../../api/types';
import { parametersOf } from './LoadDialog';
import { effectOf } from './verbs';

const model: ModelLine = {
  name: 'm', state: 'READY', requestsInFlight: 3, aliases: [], weightsBytes: 1024 ** 3, kvCacheBytes: 1024 ** 3, workingBytes: 0, parameters: {},
};

describe('the effect of a verb', () => {
  it('says what is freed and what becomes of requests', () => {
    const said = effectOf('UNLOAD', model, 'drain').join(' ');
    expect(said).toContain('2.0 GiB');
    expect(said).toContain('3 requests are in flight; what was begun finishes first');
  });

  it('says what force does', () => expect(effectOf('SLEEP', model, 'force').join(' ')).toContain('they end with an error now'));

  it('says that aliases stand in the way', () =>
    expect(effectOf('UNLOAD', { ...model, aliases: ['a'] }, 'drain').join(' ')).toContain('only by force'));
});

describe('the parameters of a load', () => {
  it('are only those that somebody gave', () => expect(parametersOf({ path: ' ', quantize: '', contextTokens: '', kvGib: '' })).toEqual({}));
  it('are in the engine’s units', () =>
    expect(parametersOf({ path: '/m', quantize: 'q8_0', contextTokens: '4096', kvGib: '0.5' })).toEqual({ path: '/m', quantize: 'q8_0', max_model_len: 4096, kv_cache_bytes: 536870912 }));
});
