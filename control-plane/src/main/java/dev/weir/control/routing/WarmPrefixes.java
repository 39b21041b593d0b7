package dev.weir.control.routing;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an engine has probably kept of the prompts that it was sent: as many chunks as its memory is taken to hold, the least recently used
 * given up first, as engines do. Thread-safety: its methods exclude each other; each takes microseconds.
 */
final class WarmPrefixes {
    private final Map<Long, Boolean> chunks;
    private long pendingBytes;

    private int chunksMax;

    WarmPrefixes(int chunksMax) {
        this.chunksMax = chunksMax;
        chunks = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                return size() > WarmPrefixes.this.chunksMax;
            }
        };
    }

    /** From now on it keeps as many: an engine tells how many only once it is asked, and its models come and go. */
    synchronized void keep(int chunksMaxNow) {
        chunksMax = chunksMaxNow;
        Iterator<Long> eldest = chunks.keySet().iterator();
        while (chunks.size() > chunksMax) {
            eldest.next();
            eldest.remove();
        }
    }

    /** How much of the prompt it would have to compute. */
    synchronized long coldBytes(PromptChunks prompt) {
        int warm = 0;
        while (warm < prompt.hashes().length && chunks.containsKey(prompt.hashes()[warm])) {
            warm++;
        }
        return prompt.promptBytes() - (long) warm * PromptChunks.CHUNK_BYTES;
    }

    /** Prompts that it was sent and has not answered yet, as far as they were cold. */
    synchronized long pendingBytes() {
        return pendingBytes;
    }

    synchronized void sent(PromptChunks prompt, long coldBytes) {
        pendingBytes += coldBytes;
        // From the end: what comes last is given up last, and beginnings outlive what follows them.
        for (int chunk = prompt.hashes().length - 1; chunk >= 0; chunk--) {
            chunks.put(prompt.hashes()[chunk], true);
        }
    }

    synchronized void begunToAnswer(long coldBytes) {
        pendingBytes -= coldBytes;
    }
}
