package dev.weir.control.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class LabelEvidenceTest {
    private static final double[] RISK_RATIOS = {1.25, 1.5, 2, 3, 5, 10, 20};
    private static final double[] STAKES = {0.05, 0.15, 0.25, 0.25, 0.20, 0.05, 0.05};

    @Test
    void isTheAverageLikelihoodRatio() {
        // One request in four is the candidate's, and so are both bad events: (r / (3/4 + r/4))^2, averaged by hand.
        double average = 0;
        for (int i = 0; i < RISK_RATIOS.length; i++) {
            average += STAKES[i] * Math.pow(RISK_RATIOS[i] / (0.75 + 0.25 * RISK_RATIOS[i]), 2);
        }
        LabelEvidence evidence = LabelEvidence.none(10).after(new ArmCounts(25, 2, 75, 0));
        // None of the restarts has begun: their tenth of the stake is still worth what it was.
        assertThat(Math.exp(evidence.logE())).isCloseTo(0.9 * average + 0.1, within(1e-12));
    }

    @Test
    void expectsNoMoreThanItsStakeOfAHarmlessCandidate() {
        // Every way to draw the labels of every small tick without replacement, exactly; then a restart and a second
        // tick.
        for (int candidate = 1; candidate <= 6; candidate++) {
            for (int baseline = 1; baseline <= 6; baseline++) {
                for (int bad = 0; bad <= candidate + baseline; bad++) {
                    double expectation = expectation(
                            LabelEvidence.none(3),
                            candidate,
                            baseline,
                            bad,
                            first -> expectation(first.restarted(), 3, 4, 3, second -> Math.exp(second.logE())));
                    assertThat(expectation).isLessThanOrEqualTo(1 + 1e-12);
                }
            }
        }
    }

    @Test
    void equalsAllItsProductsAddedUpOneByOne() {
        SplittableRandom random = new SplittableRandom(11);
        int restartCountMax = 12;
        LabelEvidence evidence = LabelEvidence.none(restartCountMax);
        List<double[]> products = new ArrayList<>(List.of(ones()));
        for (int tick = 0; tick < 300; tick++) {
            if (tick % 20 == 0 && products.size() <= restartCountMax) {
                products.add(ones());
                evidence = evidence.restarted();
            }
            long candidate = random.nextLong(1, 40);
            long baseline = random.nextLong(1, 200);
            ArmCounts counts = new ArmCounts(
                    candidate, random.nextLong(candidate / 4 + 1), baseline, random.nextLong(baseline / 4 + 1));
            evidence = evidence.after(counts);
            double q = candidate / (double) (candidate + baseline);
            for (double[] product : products) {
                for (int i = 0; i < RISK_RATIOS.length; i++) {
                    double theta = q * RISK_RATIOS[i] / (1 - q + q * RISK_RATIOS[i]);
                    product[i] *= Math.pow(theta / q, (double) counts.candidateBadCount())
                            * Math.pow((1 - theta) / (1 - q), (double) counts.baselineBadCount());
                }
            }
            double e = 0;
            for (int i = 0; i < RISK_RATIOS.length; i++) {
                double restarted = restartCountMax + 1 - products.size();
                for (double[] product : products.subList(1, products.size())) {
                    restarted += product[i];
                }
                e += STAKES[i] * (0.9 * products.getFirst()[i] + 0.1 * restarted / restartCountMax);
            }
            assertThat(evidence.logE()).isCloseTo(Math.log(e), within(1e-9 * Math.max(1, Math.abs(Math.log(e)))));
        }
    }

    @Test
    void callsAHarmlessCandidateHarmfulNoMoreOftenThanPromised() {
        // 2,000 runs of 200 looks each: at 5 %, more than 130 false calls would be 3.1 standard errors too many.
        SplittableRandom random = new SplittableRandom(7);
        int falseCalls = 0;
        for (int run = 0; run < 2_000; run++) {
            LabelEvidence evidence = LabelEvidence.none(20);
            boolean called = false;
            for (int tick = 0; tick < 200 && !called; tick++) {
                double badShare = tick > 50 && tick < 80 ? 0.3 : 0.03;
                evidence = tick % 10 == 9 ? evidence.restarted() : evidence;
                evidence =
                        evidence.after(new ArmCounts(5, draws(random, 5, badShare), 45, draws(random, 45, badShare)));
                called = evidence.reaches(0.05);
            }
            falseCalls += called ? 1 : 0;
        }
        assertThat(falseCalls).isLessThanOrEqualTo(130);
    }

    @Test
    void noticesHarmThatBeginsAfterALongTimeWithoutAny() {
        SplittableRandom random = new SplittableRandom(3);
        LabelEvidence evidence = LabelEvidence.none(60);
        for (int tick = 0; tick < 1_500; tick++) {
            evidence = tick % 30 == 29 ? evidence.restarted() : evidence;
            evidence = evidence.after(new ArmCounts(250, draws(random, 250, 0.01), 250, draws(random, 250, 0.01)));
        }
        assertThat(evidence.reaches(0.0025)).isFalse();
        int ticksToNotice = 0;
        while (!evidence.reaches(0.0025)) {
            ticksToNotice++;
            evidence = evidence.after(new ArmCounts(250, draws(random, 250, 0.05), 250, draws(random, 250, 0.01)));
        }
        assertThat(ticksToNotice).isLessThan(10);
    }

    @Test
    void learnsNothingFromATickWithoutTrafficOnBothArms() {
        LabelEvidence evidence = LabelEvidence.none(2).after(new ArmCounts(10, 1, 90, 1));
        assertThat(evidence.after(new ArmCounts(10, 10, 0, 0))).isEqualTo(evidence);
        assertThat(evidence.after(new ArmCounts(0, 0, 90, 3))).isEqualTo(evidence);
    }

    @Test
    void countsOnlyThePairsThatDisagree() {
        LabelEvidence pairs = LabelEvidence.none(2).after(new ArmCounts(100, 12, 100, 9, 7));
        assertThat(pairs).isEqualTo(LabelEvidence.none(2).after(new ArmCounts(100, 5, 100, 2)));
    }

    @Test
    void spendsEachRestartOnce() {
        LabelEvidence spent = LabelEvidence.none(1).restarted();
        assertThat(spent.restarted()).isEqualTo(spent);
    }

    @Test
    void refusesCountsThatCannotBe() {
        assertThatThrownBy(() -> new ArmCounts(1, 2, 0, 0)).hasMessageContaining("candidate 2 of 1");
        assertThatThrownBy(() -> LabelEvidence.none(0)).hasMessageContaining("restartCountMax");
    }

    private static double expectation(
            LabelEvidence before, int candidate, int baseline, int bad, ToDoubleFunction<LabelEvidence> value) {
        double expectation = 0;
        for (int onCandidate = Math.max(0, bad - baseline); onCandidate <= Math.min(bad, candidate); onCandidate++) {
            double probability = choose(candidate, onCandidate)
                    * choose(baseline, bad - onCandidate)
                    / choose(candidate + baseline, bad);
            expectation += probability
                    * value.applyAsDouble(
                            before.after(new ArmCounts(candidate, onCandidate, baseline, bad - onCandidate)));
        }
        return expectation;
    }

    private static double choose(int n, int k) {
        double product = 1;
        for (int i = 1; i <= k; i++) {
            product = product * (n - k + i) / i;
        }
        return product;
    }

    private static long draws(SplittableRandom random, int count, double share) {
        return random.doubles(count).filter(draw -> draw < share).count();
    }

    private static double[] ones() {
        return new double[] {1, 1, 1, 1, 1, 1, 1};
    }
}
