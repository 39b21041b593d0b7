package dev.weir.control.routing;

import dev.weir.control.classification.Difficulty;
import dev.weir.control.configuration.Section;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a rule, an override or another name leads to. */
sealed interface Aim {

    /** Whichever model of all tiers weighs most for requests of this difficulty. */
    record OfScores(Difficulty difficulty, Scoring scoring) implements Aim {}

    /** The best model of a tier. */
    record OfTier(Tier tier) implements Aim {}

    /**
     * One of these models, by weight; usually there is one.
     *
     * @param weights of 100 together
     */
    record OfModels(Map<String, Integer> weights) implements Aim {
        private static final int ALL = 100;

        public OfModels {
            weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
            int sum = weights.values().stream().mapToInt(Integer::intValue).sum();
            if (sum != ALL) {
                throw new IllegalArgumentException("has weights that are " + sum + " together, not " + ALL);
            }
        }

        /** One name, always. */
        static OfModels only(String name) {
            return new OfModels(Map.of(name, ALL));
        }

        /** The same arm for the same name, always, and of many names as many as the weights say. */
        String pick(String name) {
            int place = new SplittableRandom(mix(name)).nextInt(ALL);
            for (Map.Entry<String, Integer> arm : weights.entrySet()) {
                place -= arm.getValue();
                if (place < 0) {
                    return arm.getKey();
                }
            }
            throw new AssertionError("weights are " + ALL + " together");
        }

        private static long mix(String name) {
            long hash = 0xcbf29ce484222325L;
            for (int i = 0; i < name.length(); i++) {
                hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
            }
            return hash;
        }
    }

    /** {@code use: fast}, {@code use: some-model}, or {@code arms: {one: 90, other: 10}}. */
    static Optional<Aim> read(Section section) {
        Map<String, Integer> arms = new LinkedHashMap<>();
        Section weights = section.section("arms");
        for (String model : weights.names()) {
            arms.put(model, weights.integer(model, 0, 100, 0));
        }
        Optional<String> use = section.text("use");
        if (use.isPresent() == !arms.isEmpty()) {
            section.problem("use", "or 'arms' must say where this leads, one of them");
            return Optional.empty();
        }
        return use.map(Aim::of).or(() -> section.make(() -> new OfModels(arms)));
    }

    /** A tier, or a model. */
    static Aim of(String name) {
        Optional<Tier> tier = Tier.of(name).or(() -> Tier.ofModel(name));
        return tier.isPresent() ? new OfTier(tier.get()) : OfModels.only(name);
    }
}
