import { describe, expect, it } from 'vitest';
import type { EngineModels, ModelLine } from '../../api/types';
import { formatOf, memoryOf, needOf } from './memory';

const model = (weightsBytes: number | null, kvCacheBytes = 0, workingBytes = 0) => ({ weightsBytes, kvCacheBytes, workingBytes }) as ModelLine;
const engine = (freeBytes: number | null, ...models: ModelLine[]) => ({ freeBytes, models }) as EngineModels;

describe('memory', () => {
  it('is what weights, cache and work take', () => expect(needOf(model(10, 20, 3))).toBe(33));
  it('of what is not there is unknown', () => expect(needOf(model(null))).toBeNull());
  it('of an engine is what its models have, and what is free', () => expect(memoryOf(engine(67, model(10, 20, 3), model(null)))).toEqual({ usedBytes: 33, ofBytes: 100 }));
  it('of a server that says nothing is unknown', () => expect(memoryOf(engine(null, model(1)))).toBeNull());
});

describe('a format', () => {
  it.each([['/m/a.gguf', 'GGUF'], ['/m/A.GGUF', 'GGUF'], ['/m/a', 'safetensors'], [null, undefined]])('of %s is %s', (path, name) => expect(formatOf(path)).toBe(name));
});
