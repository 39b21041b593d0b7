package dev.weir.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.ffi.MachinePeak;
import org.junit.jupiter.api.Test;

class ModelWorkTest {
    /** 1,000 bytes of weights, 10 a position; 400 parameters in layers, 100 in the head; 8 operations to attend. */
    private static final ModelWork WORK = new ModelWork(1_000, 10, 400, 100, 8, MachinePeak.INT8);

    @Test
    void decodeReadsTheWeightsOnceAndEachSequencesContext() {
        assertThat(WORK.decodeBytes(1, 9)).isEqualTo(1_000 + 10 * 10);
        assertThat(WORK.decodeBytes(3, 9)).isEqualTo(1_000 + 3 * 10 * 10);
    }

    @Test
    void decodeMultipliesEverythingForEachSequence() {
        assertThat(WORK.decodeOperations(3, 9)).isEqualTo(3 * (2 * 500 + 9 * 8));
    }

    @Test
    void prefillReadsTheWeightsOnceAStep() {
        assertThat(WORK.prefillBytes(20, 20)).isEqualTo(1_000 + 20 * 10);
        assertThat(WORK.prefillBytes(20, 8)).isEqualTo(3 * 1_000 + (8 + 16 + 20) * 10);
    }

    @Test
    void prefillMultipliesTheHeadOnceAndAttendsToWhatLiesBefore() {
        assertThat(WORK.prefillOperations(4)).isEqualTo(2 * (4 * 400 + 100) + (1 + 2 + 3 + 4) * 8);
    }
}
