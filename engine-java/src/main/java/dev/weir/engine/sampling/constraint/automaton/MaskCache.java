package dev.weir.engine.sampling.constraint.automaton;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Masks of one vocabulary, of all its grammars, the least recently used of which go when there are too many bytes of them. Safe for use from
 * any thread.
 */
final class MaskCache {

    private static final int ENTRY_BYTES = 128;

    private record Entry(Object value, long sizeBytes) {}

    private final long bytesMax;
    private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    MaskCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    synchronized @Nullable Object get(Object key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    synchronized void put(Object key, Object value, long valueBytes) {
        long sizeBytes = valueBytes + ENTRY_BYTES;
        Entry before = entries.put(key, new Entry(value, sizeBytes));
        bytes += sizeBytes - (before == null ? 0 : before.sizeBytes());
        Iterator<Map.Entry<Object, Entry>> oldest = entries.entrySet().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            bytes -= oldest.next().getValue().sizeBytes();
            oldest.remove();
        }
    }
}
