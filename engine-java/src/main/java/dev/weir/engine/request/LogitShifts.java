package dev.weir.engine.request;

import java.util.Arrays;

/**
 * Shifts of the logits of some tokens, each at most once: a positive logit is divided by the repetition, any other multiplied, then the bias
 * is added, which may be negative infinity. Grows with the tokens that it knows, and never shrinks. Confined to one thread.
 */
public final class LogitShifts {

    private static final int FIRST_CAPACITY = 16;
    private static final int HASH_MULTIPLIER = 0x9E3779B9;

    private int[] tokenIds = new int[FIRST_CAPACITY];
    private float[] repetitions = new float[FIRST_CAPACITY];
    private float[] biases = new float[FIRST_CAPACITY];

    /** Open addressing: 0, or the index of a token and 1. At most half of them are taken. */
    private int[] slots = new int[2 * FIRST_CAPACITY];

    private int count;

    /** The index of a token, which has no shift yet where it was not known. */
    public int indexOf(int tokenId) {
        int slot = slotOf(tokenId);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (count == tokenIds.length) {
            grow();
            slot = slotOf(tokenId);
        }
        tokenIds[count] = tokenId;
        repetitions[count] = 1;
        slots[slot] = ++count;
        return count - 1;
    }

    private int slotOf(int tokenId) {
        int last = slots.length - 1;
        int slot = ((tokenId * HASH_MULTIPLIER) >>> 7) & last;
        while (slots[slot] != 0 && tokenIds[slots[slot] - 1] != tokenId) {
            slot = (slot + 1) & last;
        }
        return slot;
    }

    private void grow() {
        int capacity = 2 * count;
        tokenIds = Arrays.copyOf(tokenIds, capacity);
        repetitions = Arrays.copyOf(repetitions, capacity);
        biases = Arrays.copyOf(biases, capacity);
        slots = new int[2 * capacity];
        for (int index = 0; index < count; index++) {
            slots[slotOf(tokenIds[index])] = index + 1;
        }
    }

    public void set(int index, float repetition, float bias) {
        repetitions[index] = repetition;
        biases[index] = bias;
    }

    public int count() {
        return count;
    }

    public int tokenId(int index) {
        return tokenIds[index];
    }

    public float repetition(int index) {
        return repetitions[index];
    }

    public float bias(int index) {
        return biases[index];
    }
}
