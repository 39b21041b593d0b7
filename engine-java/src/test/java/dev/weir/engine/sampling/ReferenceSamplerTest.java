package dev.weir.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.request.SamplingParams;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReferenceSamplerTest {

    private static final float[] ROW = {1, 3, 2, 3, -1};

    @Test
    void philoxGivesThePublishedAnswers() {
        assertThat(Philox.words(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(Philox.words(-1, -1, -1, -1, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(Philox.words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
        assertThat(Philox.uniform(0, 0)).isEqualTo(0x6627e8 * 0x1p-24f);
    }

    @Test
    void greedyTakesTheHighestLogitAndTheLowerIdOfEquals() {
        assertThat(new ReferenceSampler(ROW).sample(SamplingParams.greedy(), 0)).isEqualTo(1);
        assertThat(new ReferenceSampler(new float[] {-0.0f, 0.0f}).sample(SamplingParams.greedy(), 0))
                .isZero();
    }

    @Test
    void brokenRowsHaveAnAnswerToo() {
        float nan = Float.NaN;
        float lowest = Float.NEGATIVE_INFINITY;
        float highest = Float.POSITIVE_INFINITY;
        SamplingParams draw = drawing(1, 0, 1, 0, 3);
        assertThat(new ReferenceSampler(new float[] {nan, lowest, nan}).sample(draw, 9))
                .isZero();
        assertThat(new ReferenceSampler(new float[] {nan, 5, lowest}).sample(draw, 9))
                .isEqualTo(1);
        assertThat(new ReferenceSampler(new float[] {0, 5, highest}).sample(draw, 9))
                .isEqualTo(2);
        assertThat(new ReferenceSampler(new float[] {0, 1}).sample(drawing(Float.MIN_VALUE, 0, 1, 0, 3), 9))
                .isEqualTo(1);
    }

    @Test
    void drawsFollowTheDistribution() {
        ReferenceSampler sampler = new ReferenceSampler(ROW);
        int draws = 200_000;
        int[] counts = new int[ROW.length];
        for (int position = 0; position < draws; position++) {
            counts[sampler.sample(drawing(1, 0, 1, 0, 42), position)]++;
        }
        for (int id = 0; id < ROW.length; id++) {
            double probability = Math.exp(sampler.logprob(id));
            assertThat((double) counts[id] / draws).isCloseTo(probability, within(0.005));
        }
    }

    @Test
    void theCutsKeepWhatTheySay() {
        assertThat(drawn(drawing(2, 2, 1, 0, 1))).containsExactlyInAnyOrder(1, 3);
        assertThat(drawn(drawing(2, 3, 1, 0, 1))).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(drawn(drawing(1, 0, 0.1f, 0, 1))).containsExactly(1);
        assertThat(drawn(drawing(1, 0, 0.5f, 0, 1))).containsExactlyInAnyOrder(1, 3);
        assertThat(drawn(drawing(1, 0, 1, 0.3f, 1))).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(drawn(drawing(1, 0, 1, 0.99f, 1))).containsExactlyInAnyOrder(1, 3);
    }

    @Test
    void aDrawDependsOnSeedAndPositionAlone() {
        SamplingParams sampling = drawing(1, 0, 1, 0, 8);
        for (int position = 0; position < 100; position++) {
            assertThat(new ReferenceSampler(ROW).sample(sampling, position))
                    .isEqualTo(new ReferenceSampler(ROW).sample(sampling, position));
        }
        assertThat(drawn(sampling)).hasSizeGreaterThan(3);
    }

    private static SamplingParams drawing(float temperature, int topK, float topP, float minP, long seed) {
        return new SamplingParams(temperature, topK, topP, minP, seed, SamplingParams.NO_LOGPROBS);
    }

    private static Set<Integer> drawn(SamplingParams sampling) {
        Set<Integer> ids = new HashSet<>();
        ReferenceSampler sampler = new ReferenceSampler(ROW);
        for (int position = 0; position < 2_000; position++) {
            ids.add(sampler.sample(sampling, position));
        }
        return ids;
    }
}
