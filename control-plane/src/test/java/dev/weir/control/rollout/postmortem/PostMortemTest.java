package dev.weir.control.rollout.postmortem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.statistics.ArmCounts;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PostMortemTest {

    @Test
    void findsTheSlicesInWhichItWasWorseAndFewOthers() {
        // 200 slices, of which two have 5 % of errors on the candidate instead of 1 %.
        SplittableRandom random = new SplittableRandom(6);
        PostMortem postMortem = new PostMortem();
        for (int tick = 0; tick < 60; tick++) {
            for (int i = 0; i < 200; i++) {
                double share = i == 7 || i == 120 ? 0.05 : 0.01;
                postMortem.add(
                        new Slice("tenant", "t" + i),
                        new ArmCounts(20, bad(random, 20, share), 80, bad(random, 80, 0.01)));
            }
        }
        assertThat(postMortem.findings())
                .extracting(Finding::slice)
                .contains(new Slice("tenant", "t7"), new Slice("tenant", "t120"))
                .hasSizeLessThanOrEqualTo(3);
        assertThat(postMortem.findings()).isSortedAccordingTo((a, b) -> Double.compare(b.log10E(), a.log10E()));
        assertThat(postMortem.findings().getFirst().difference().lower()).isPositive();
    }

    @Test
    void findsNothingWhereNothingWasWorseAndShowsNoSmallSlice() {
        PostMortem postMortem = new PostMortem();
        postMortem.add(new Slice("language", "de"), new ArmCounts(500, 5, 9_500, 95));
        postMortem.add(new Slice("tenant", "tiny"), new ArmCounts(29, 29, 500, 5));
        assertThat(postMortem.findings()).isEmpty();
    }

    @Test
    void refusesADimensionWithTooManyValues() {
        PostMortem postMortem = new PostMortem();
        for (int i = 0; i < 10_000; i++) {
            postMortem.add(new Slice("user", "u" + i), ArmCounts.NONE);
        }
        postMortem.add(new Slice("user", "u5"), ArmCounts.NONE);
        assertThatThrownBy(() -> postMortem.add(new Slice("user", "one more"), ArmCounts.NONE))
                .hasMessageContaining("at most 10000 slices");
    }

    private static long bad(SplittableRandom random, int count, double share) {
        return random.doubles(count).filter(draw -> draw < share).count();
    }
}
