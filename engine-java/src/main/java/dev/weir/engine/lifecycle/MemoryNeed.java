package dev.weir.engine.lifecycle;

import dev.weir.engine.device.Quantities;

/**
 * Memory that an awake model takes.
 *
 * @param copiedBytes weights in memory of the process's own: converted or quantized
 * @param mappedBytes weights that are read in place from their files; the system counts such pages as available though they are in use
 * @param kvCacheBytes of all its KV blocks
 * @param workingBytes of a step, estimated
 */
public record MemoryNeed(long copiedBytes, long mappedBytes, long kvCacheBytes, long workingBytes) {

    public MemoryNeed {
        if (copiedBytes < 0 || mappedBytes < 0 || kvCacheBytes < 0 || workingBytes < 0) {
            throw new IllegalArgumentException("memory cannot be negative: copied " + copiedBytes + ", mapped "
                    + mappedBytes + ", KV cache " + kvCacheBytes + ", working " + workingBytes);
        }
    }

    public long totalBytes() {
        return copiedBytes + mappedBytes + kvCacheBytes + workingBytes;
    }

    String describe() {
        return "%s (weights %s, KV cache %s, working memory %s)"
                .formatted(
                        Quantities.bytes(totalBytes()),
                        Quantities.bytes(copiedBytes + mappedBytes),
                        Quantities.bytes(kvCacheBytes),
                        Quantities.bytes(workingBytes));
    }
}
