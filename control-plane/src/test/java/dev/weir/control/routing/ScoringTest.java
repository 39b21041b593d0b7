package dev.weir.control.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.classification.Difficulty;
import dev.weir.control.routing.Scoring.Candidate;
import dev.weir.control.routing.Scoring.Scored;
import dev.weir.control.routing.Scoring.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What holds of weighing models whatever the models are: of 2,000 drawn fleets. */
class ScoringTest {
    private static final int FLEETS = 2000;

    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void scoresAreSharesAndTheBestIsFirst() {
        for (int i = 0; i < FLEETS; i++) {
            List<Scored> ranked = rank(weights(), fleet());
            assertThat(ranked).allSatisfy(scored -> assertThat(scored.score()).isBetween(0.0, 1.0 + 1e-9));
            assertThat(ranked).isSortedAccordingTo((one, other) -> Double.compare(other.score(), one.score()));
        }
    }

    @Test
    void whoBecomesBetterCheaperOrQuickerDoesNotFallBehind() {
        for (int i = 0; i < FLEETS; i++) {
            Weights weights = weights();
            List<Candidate> fleet = fleet();
            int which = random.nextInt(fleet.size());
            Candidate was = fleet.get(which);
            int place = placeOf(was.model(), rank(weights, fleet));
            for (Candidate better : List.of(
                    new Candidate(was.model(), Math.min(1, was.quality() + 0.1), was.cost(), was.millis()),
                    new Candidate(was.model(), was.quality(), was.cost() * 0.9, was.millis()),
                    new Candidate(
                            was.model(),
                            was.quality(),
                            was.cost(),
                            OptionalDouble.of(was.millis().orElse(0) * 0.9)))) {
                List<Candidate> changed = new ArrayList<>(fleet);
                changed.set(which, better);
                boolean stillTheMeasure =
                        worst(changed).equals(worst(fleet)); // else everybody else seems worse, or better
                if (stillTheMeasure) {
                    assertThat(placeOf(was.model(), rank(weights, changed))).isLessThanOrEqualTo(place);
                }
            }
        }
    }

    @Test
    void inWhichCurrencyPricesAreDoesNotMatter() {
        for (int i = 0; i < FLEETS; i++) {
            Weights weights = weights();
            List<Candidate> fleet = fleet();
            List<Candidate> inCents = fleet.stream()
                    .map(one -> new Candidate(one.model(), one.quality(), one.cost() * 128, one.millis()))
                    .toList();
            assertThat(rank(weights, inCents))
                    .extracting(Scored::model)
                    .isEqualTo(rank(weights, fleet).stream().map(Scored::model).toList());
        }
    }

    @Test
    void whatAloneCountsDecides() {
        for (int i = 0; i < FLEETS; i++) {
            List<Candidate> fleet = fleet();
            assertThat(rank(new Weights(2, 0, 0), fleet).getFirst().candidate().quality())
                    .isEqualTo(
                            fleet.stream().mapToDouble(Candidate::quality).max().orElseThrow());
            assertThat(rank(new Weights(0, 1, 0), fleet).getFirst().candidate().cost())
                    .isEqualTo(fleet.stream().mapToDouble(Candidate::cost).min().orElseThrow());
        }
    }

    private static List<Scored> rank(Weights weights, List<Candidate> fleet) {
        return new Scoring(Map.of(Difficulty.MODERATE, weights), Map.of()).rank(fleet, Difficulty.MODERATE);
    }

    private static int placeOf(String model, List<Scored> ranked) {
        return ranked.stream().map(Scored::model).toList().indexOf(model);
    }

    private static List<Double> worst(List<Candidate> fleet) {
        return List.of(
                fleet.stream().mapToDouble(Candidate::cost).max().orElseThrow(),
                fleet.stream().mapToDouble(one -> one.millis().orElse(0)).max().orElseThrow());
    }

    private Weights weights() {
        return new Weights(0.01 + random.nextDouble(), random.nextDouble(), random.nextDouble());
    }

    private List<Candidate> fleet() {
        List<Candidate> fleet = new ArrayList<>();
        for (int m = 0; m < 2 + random.nextInt(5); m++) {
            OptionalDouble millis =
                    random.nextInt(4) == 0 ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble(1, 5000));
            fleet.add(new Candidate("m" + m, random.nextDouble(), random.nextDouble(), millis));
        }
        return fleet;
    }
}
