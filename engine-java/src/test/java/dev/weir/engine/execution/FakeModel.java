package dev.weir.engine.execution;

import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.sampling.ReferenceSampler;
import org.jspecify.annotations.Nullable;

/** A model without weights: the logits after a token are a hash of every token up to it, so one wrong token changes all that follow. */
final class FakeModel {

    static final int VOCAB_SIZE = 24;
    static final int HIDDEN_SIZE = 3;

    private FakeModel() {}

    /** The state before the first token; an adapter changes all that follows. */
    static long start(long adapterId) {
        return 0x9e3779b97f4a7c15L ^ mix(adapterId);
    }

    /** The state after one token more. */
    static long advance(long state, int tokenId) {
        return mix(state + 31L * (tokenId + 1));
    }

    static ReferenceSampler row(long state) {
        return new ReferenceSampler(logits(state));
    }

    /** The row, shifted, as far as its tokens are allowed. */
    static ReferenceSampler row(long state, long @Nullable [] allowed, @Nullable LogitShifts shifts) {
        float[] row = shifts == null ? logits(state) : ReferenceSampler.shifted(logits(state), shifts);
        return allowed == null ? new ReferenceSampler(row) : ReferenceSampler.of(row, allowed);
    }

    static float[] logits(long state) {
        float[] logits = new float[VOCAB_SIZE];
        for (int id = 0; id < VOCAB_SIZE; id++) {
            logits[id] = (mix(state + id) >>> 40) * 0x1p-21f; // 0 to 8
        }
        return logits;
    }

    /** The hidden state, written at an offset. */
    static void hidden(long state, float[] into, int offset) {
        for (int element = 0; element < HIDDEN_SIZE; element++) {
            into[offset + element] = (mix(state - element) >> 40) * 0x1p-23f; // -1 to 1
        }
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
