import type { EngineModels, ModelLine } from '../../api/types';

/** What a model takes in memory; nothing is known of one that is not there. */
export const needOf = (model: ModelLine): number | null =>
  model.weightsBytes == null ? null : model.weightsBytes + (model.kvCacheBytes ?? 0) + (model.workingBytes ?? 0);

/** What an engine's models take of what they have together with what is free; null where the engine does not say. */
export function memoryOf(engine: EngineModels): { usedBytes: number; ofBytes: number } | null {
  if (engine.freeBytes == null) return null;
  const usedBytes = engine.models.reduce((sum, model) => sum + (needOf(model) ?? 0), 0);
  return { usedBytes, ofBytes: usedBytes + engine.freeBytes };
}

/** A file is GGUF; a directory is as Hugging Face has them. */
export const formatOf = (path: string | null | undefined): string | undefined => (path ? (/\.gguf$/i.test(path) ? 'GGUF' : 'safetensors') : undefined);
