package dev.weir.control.routing;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * What an engine has probably kept of the prompts that it was sent, by the rules that engines keep to: what a request under way has of its
 * prompt is not given up; when it ends, all of it and its answer become idle, its end first; and what has been idle for longest is given up
 * when there is room for no more. So an end goes before the beginning that it builds on, and answers and the last words of prompts, which
 * nobody asks for again, take their room until it is their turn.
 *
 * <p>Thread-safety: its methods exclude each other; each takes microseconds.
 */
final class WarmPrefixes {
    /** So much of what would be given up is looked at to tell what it is worth. */
    private static final int LOOKED_AT_MAX = 1_024;

    /** Of a chunk that a second request had. */
    private static final int FOUND_AGAIN = 1;

    private static final int COMPUTED = 2;

    /** Chunks, and what requests left that has no name: some tokens, held by so many requests under way, or idle. */
    private final ChunkSlots slots = new ChunkSlots();

    /** Requests that are not answered yet, the first one first. */
    private final SequencedSet<Stay> pending = new LinkedHashSet<>();

    private final int chunksMax;
    private double roomTokens;
    private int heldChunks;
    private double heldTokens;
    private double idleTokens;
    private long pendingBytes;
    private long namelessCount;

    /** A prompt at an engine. */
    static final class Stay {
        private final PromptChunks prompt;
        private final double tokenBytes;
        private final long coldBytes;
        private int heldCount;
        private boolean begun;
        private boolean refused;

        private Stay(PromptChunks prompt, double tokenBytes, long coldBytes) {
            this.prompt = prompt;
            this.tokenBytes = tokenBytes;
            this.coldBytes = coldBytes;
        }

        /** What is not in chunks that are kept by name. */
        private double namelessTokens() {
            return (prompt.promptBytes() - (double) heldCount * PromptChunks.CHUNK_BYTES) / tokenBytes;
        }
    }

    /** One that keeps at most so many chunks, whatever room the engine has. */
    WarmPrefixes(int chunksMax) {
        this.chunksMax = chunksMax;
        this.roomTokens = Double.POSITIVE_INFINITY;
    }

    /** From now on there is room for as many: an engine tells how many only once it is asked, and its models come and go. */
    synchronized void keep(double roomTokensNow) {
        if (roomTokens != roomTokensNow) {
            roomTokens = roomTokensNow;
            giveUp();
        }
    }

    /** How much of the prompt it would have to compute. */
    synchronized long coldBytes(PromptChunks prompt) {
        int warm = 0;
        while (warm < prompt.hashes().length && isWarm(prompt.hashes()[warm])) {
            warm++;
        }
        return prompt.promptBytes() - (long) warm * PromptChunks.CHUNK_BYTES;
    }

    private boolean isWarm(long chunk) {
        return slots.find(chunk) != ChunkSlots.NONE;
    }

    /**
     * Prompts that it was sent and has not answered yet, as far as they were cold; of the first of them half, since that is computed now, and
     * nobody tells how far.
     */
    synchronized long pendingBytes() {
        return pending.isEmpty() ? 0 : pendingBytes - pending.getFirst().coldBytes / 2;
    }

    /**
     * What would have to be given up for so much more, in tokens, as far as it was ever found again: what nobody has asked for twice is no
     * loss.
     */
    synchronized double displacedTokens(double tokens) {
        double wanting = tokens - (roomTokens - heldTokens - idleTokens);
        double displaced = 0;
        if (wanting > 0) {
            int left = LOOKED_AT_MAX;
            int slot = slots.oldestIdle();
            while (slot != ChunkSlots.NONE && wanting > 0 && left-- > 0) {
                displaced += slots.isMarked(slot, FOUND_AGAIN) ? slots.tokens(slot) : 0;
                wanting -= slots.tokens(slot);
                slot = slots.nextIdle(slot);
            }
        }
        return displaced;
    }

    /**
     * It was sent a prompt, which {@link #ended} ends.
     *
     * @param tokenBytes how many bytes of it a token stands for
     */
    synchronized Stay sent(PromptChunks prompt, double tokenBytes) {
        Stay stay = new Stay(prompt, tokenBytes, coldBytes(prompt));
        pending.add(stay);
        pendingBytes += stay.coldBytes;
        for (long chunk : prompt.hashes()) {
            if (heldChunks >= chunksMax) {
                break;
            }
            hold(chunk, PromptChunks.CHUNK_BYTES / tokenBytes);
            stay.heldCount++;
        }
        heldTokens += stay.namelessTokens();
        giveUp();
        return stay;
    }

    /** Its answer began: what waits behind it is next. */
    synchronized void begunToAnswer(Stay stay) {
        stay.begun = true;
        noLongerPending(stay);
    }

    /** It was refused, so that nothing of it is computed there for its sake. */
    synchronized void refused(Stay stay) {
        stay.refused = true;
    }

    /** It is over; its end is given up first. Of one that never was answered nothing is kept but what was there. To be called once. */
    synchronized void ended(Stay stay, long answerTokens) {
        noLongerPending(stay);
        heldTokens -= stay.namelessTokens();
        boolean computed = stay.begun && !stay.refused;
        if (computed) {
            int nameless = slots.add(--namelessCount);
            slots.tokens(nameless, stay.namelessTokens() + answerTokens);
            rest(nameless);
        }
        for (int chunk = stay.heldCount - 1; chunk >= 0; chunk--) {
            letGo(stay.prompt.hashes()[chunk], computed);
        }
        giveUp();
    }

    private void noLongerPending(Stay stay) {
        if (pending.remove(stay)) {
            pendingBytes -= stay.coldBytes;
        }
    }

    private void hold(long chunk, double tokens) {
        int slot = slots.find(chunk);
        if (slot == ChunkSlots.NONE) {
            slot = slots.add(chunk);
            heldChunks++;
        } else if (slots.holders(slot) == 0) {
            slots.isIdleNoLonger(slot);
            slots.mark(slot, FOUND_AGAIN);
            idleTokens -= slots.tokens(slot);
            heldChunks++;
        } else {
            slots.mark(slot, FOUND_AGAIN);
            heldTokens -= slots.tokens(slot);
        }
        slots.tokens(slot, tokens); // as it is known now
        slots.holders(slot, slots.holders(slot) + 1);
        heldTokens += tokens;
    }

    private void letGo(long chunk, boolean computed) {
        int slot = slots.find(chunk);
        if (slot == ChunkSlots.NONE || slots.holders(slot) == 0) {
            return;
        }
        if (computed) {
            slots.mark(slot, COMPUTED);
        }
        slots.holders(slot, slots.holders(slot) - 1);
        if (slots.holders(slot) > 0) {
            return;
        }
        heldChunks--;
        heldTokens -= slots.tokens(slot);
        if (slots.isMarked(slot, COMPUTED)) {
            rest(slot);
        } else {
            slots.remove(slot);
        }
    }

    private void rest(int slot) {
        slots.becomesIdle(slot);
        idleTokens += slots.tokens(slot);
    }

    private void giveUp() {
        for (int slot = slots.oldestIdle();
                slot != ChunkSlots.NONE && (heldTokens + idleTokens > roomTokens || slots.count() > chunksMax);
                slot = slots.oldestIdle()) {
            idleTokens -= slots.tokens(slot);
            slots.isIdleNoLonger(slot);
            slots.remove(slot);
        }
    }
}
