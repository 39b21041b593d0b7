package dev.weir.control.routing;

import dev.weir.control.classification.Difficulty;
import dev.weir.control.configuration.Section;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Weighs models against each other where the choice is left to us: how good each is at requests of a difficulty, what a token costs, and how
 * long answers take of late. Cost and time count by what they are beside the worst of the models, so that weights mean the same whatever the
 * prices. What was not measured lately counts as quick: it is tried, and known from then on.
 *
 * @param weights for each difficulty
 * @param qualities of models, from 0 to 1; what is not in it is taken to be as good as its tier
 */
record Scoring(Map<Difficulty, Weights> weights, Map<String, Map<Difficulty, Double>> qualities) {
    private static final Map<Difficulty, Weights> WEIGHTS = Map.of(
            Difficulty.SIMPLE, new Weights(0.3, 0.5, 0.2),
            Difficulty.MODERATE, new Weights(0.5, 0.3, 0.2),
            Difficulty.COMPLEX, new Weights(0.8, 0.1, 0.1));

    private static final Map<Tier, Double> QUALITY_OF_TIER = Map.of(Tier.FAST, 0.5, Tier.MID, 0.7, Tier.POWER, 0.9);

    /** Of an answer whose request does not say how long it may be. */
    private static final long TOKENS_UNSAID = 200;

    Scoring {
        weights = Map.copyOf(weights);
        qualities = Map.copyOf(qualities);
    }

    /** Together 1. */
    record Weights(double quality, double cost, double latency) {
        Weights {
            double sum = quality + cost + latency;
            if (!(sum > 0)) {
                throw new IllegalArgumentException("are all 0: one of quality, cost and latency has to count");
            }
            quality /= sum;
            cost /= sum;
            latency /= sum;
        }
    }

    /**
     * A model that comes into question.
     *
     * @param millis that an answer is expected to take, where something was measured
     */
    record Candidate(String model, double quality, double cost, OptionalDouble millis) {}

    /** A model's score, and the sum that it is. */
    record Scored(Candidate candidate, double score, String why) {
        String model() {
            return candidate.model();
        }
    }

    /** What the configuration has under {@code routing.weights} and {@code routing.qualities}, if it has the first. */
    static Optional<Scoring> read(Section routing) {
        Map<String, Map<Difficulty, Double>> qualities = new LinkedHashMap<>();
        routing.named("qualities").forEach((model, section) -> {
            Map<Difficulty, Double> ofModel = new EnumMap<>(Difficulty.class);
            for (Difficulty difficulty : Difficulty.values()) {
                section.number(text(difficulty), 0, 1).ifPresent(quality -> ofModel.put(difficulty, quality));
            }
            qualities.put(model, ofModel);
        });
        if (!routing.has("weights")) {
            return Optional.empty();
        }
        Section section = routing.section("weights");
        Map<Difficulty, Weights> weights = new EnumMap<>(WEIGHTS);
        for (Difficulty difficulty : Difficulty.values()) {
            if (section.has(text(difficulty))) {
                Section own = section.section(text(difficulty));
                double quality = own.number("quality", 0, 1, 0);
                double cost = own.number("cost", 0, 1, 0);
                double latency = own.number("latency", 0, 1, 0);
                own.make(() -> new Weights(quality, cost, latency)).ifPresent(read -> weights.put(difficulty, read));
            }
        }
        return Optional.of(new Scoring(weights, qualities));
    }

    private static String text(Difficulty difficulty) {
        return difficulty.name().toLowerCase(Locale.ROOT);
    }

    /** The models of all tiers, as they are now. */
    List<Candidate> candidates(Difficulty difficulty, RoutingPolicy policy, ModelView view, long outputTokensMax) {
        long tokens = outputTokens(outputTokensMax);
        return policy.tiers().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(tier -> tier.getValue().stream())
                .distinct()
                .map(model -> new Candidate(
                        model,
                        quality(model, difficulty, policy),
                        policy.costPerToken(model),
                        millis(model, view, tokens)))
                .toList();
    }

    /** As many as a request may have, or as answers have where it does not say. */
    static long outputTokens(long outputTokensMax) {
        return outputTokensMax > 0 ? outputTokensMax : TOKENS_UNSAID;
    }

    private double quality(String model, Difficulty difficulty, RoutingPolicy policy) {
        Double known = qualities.getOrDefault(model, Map.of()).get(difficulty);
        return known != null
                ? known
                : policy.tierOf(model).map(QUALITY_OF_TIER::get).orElse(0.0);
    }

    private static OptionalDouble millis(String model, ModelView view, long tokens) {
        return view.firstTokenMillis(model)
                .map(first -> OptionalDouble.of(
                        first + tokens * view.tokenMillis(model).orElse(0)))
                .orElse(OptionalDouble.empty());
    }

    /** All of them, the best first; of equals the one of the lower tier. */
    List<Scored> rank(List<Candidate> candidates, Difficulty difficulty) {
        Weights by = weights.getOrDefault(difficulty, new Weights(1, 0, 0));
        double dearest = worst(candidates, Candidate::cost);
        double slowest = worst(candidates, candidate -> candidate.millis().orElse(0));
        return candidates.stream()
                .map(candidate -> score(candidate, by, dearest, slowest))
                .sorted(Comparator.comparingDouble((Scored scored) -> -scored.score()))
                .toList();
    }

    private static double worst(List<Candidate> candidates, ToDoubleFunction<Candidate> of) {
        return candidates.stream().mapToDouble(of).max().orElse(0);
    }

    private static Scored score(Candidate candidate, Weights by, double dearest, double slowest) {
        double thrift = dearest == 0 ? 1 : 1 - candidate.cost() / dearest;
        double speed = slowest == 0 ? 1 : 1 - candidate.millis().orElse(0) / slowest;
        double score = by.quality() * candidate.quality() + by.cost() * thrift + by.latency() * speed;
        return new Scored(
                candidate,
                score,
                String.format(
                        Locale.ROOT,
                        "%s %.3f = %.2f quality x %.2f + %.2f thrift x %.2f + %.2f speed x %.2f",
                        candidate.model(),
                        score,
                        candidate.quality(),
                        by.quality(),
                        thrift,
                        by.cost(),
                        speed,
                        by.latency()));
    }
}
