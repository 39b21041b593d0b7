package dev.weir.models.domain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How often each type of question is the first of a training conversation, in parts of the sum of all weights. */
public record Mixture(Map<TaskType, Integer> weights) {
    public Mixture {
        weights = Collections.unmodifiableMap(new EnumMap<>(weights));
        if (weights.values().stream().anyMatch(weight -> weight < 0)
                || weights.values().stream().mapToInt(Integer::intValue).sum() == 0) {
            throw new IllegalArgumentException("weights must not be negative, and one must be positive: " + weights);
        }
    }

    /** Each type weighs what its difficulty weighs. */
    public static Mixture byDifficulty(Map<Difficulty, Integer> weights) {
        Map<TaskType, Integer> byType = new EnumMap<>(TaskType.class);
        for (TaskType type : TaskType.values()) {
            byType.put(type, weights.getOrDefault(type.difficulty(), 0));
        }
        return new Mixture(byType);
    }

    /** The same mixture but for one type. */
    public Mixture with(TaskType type, int weight) {
        Map<TaskType, Integer> changed = new EnumMap<>(weights);
        changed.put(type, weight);
        return new Mixture(changed);
    }

    TaskType draw(Draw draw) {
        int sum = weights.values().stream().mapToInt(Integer::intValue).sum();
        int point = draw.between(0, sum - 1);
        for (Map.Entry<TaskType, Integer> entry : weights.entrySet()) {
            point -= entry.getValue();
            if (point < 0) {
                return entry.getKey();
            }
        }
        throw new AssertionError("the weights sum to " + sum);
    }

    /** Those of the given types that have any weight, in a fixed order. */
    List<TaskType> allowed(Iterable<TaskType> types) {
        List<TaskType> allowed = new ArrayList<>();
        types.forEach(type -> {
            if (weights.getOrDefault(type, 0) > 0) {
                allowed.add(type);
            }
        });
        Collections.sort(allowed);
        return allowed;
    }
}
