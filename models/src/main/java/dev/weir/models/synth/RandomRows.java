package dev.weir.models.synth;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What stands in each row of each tensor: evenly distributed numbers that depend on the seed, the tensor's name and the row alone. */
final class RandomRows {
    private final long seed;

    RandomRows(long seed) {
        this.seed = seed;
    }

    void fill(SynthTensor tensor, int row, float[] values) {
        int count = tensor.columns();
        if (tensor.bound() == 0) {
            Arrays.fill(values, 0, count, 1f);
            return;
        }
        SplittableRandom random =
                new SplittableRandom(mixed(mixed(seed ^ tensor.name().hashCode()) + row));
        float scale = tensor.bound() * 0x1p-31f;
        for (int i = 0; i < count; i += 2) {
            long bits = random.nextLong();
            values[i] = (int) bits * scale;
            if (i + 1 < count) {
                values[i + 1] = (int) (bits >>> Integer.SIZE) * scale;
            }
        }
    }

    /** Neighbouring seeds would give neighbouring streams of {@link SplittableRandom}; after this they have nothing in common. */
    private static long mixed(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
