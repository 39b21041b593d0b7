package dev.weir.engine.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Second names for models. Readers see one whole table or the next, so that a flip happens between two requests and never within one. */
final class Aliases {

    static final int ALIASES_MAX = 256;

    private volatile Map<String, String> targets = Map.of();

    /** The model that the alias points to; null where it is none. */
    @Nullable
    String target(String alias) {
        return targets.get(alias);
    }

    List<String> of(String model) {
        return targets.entrySet().stream()
                .filter(alias -> alias.getValue().equals(model))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    Map<String, String> all() {
        return targets;
    }

    /** Creates or moves an alias; refused where it does not point where the caller thinks. */
    synchronized Optional<Outcome.Refused> point(String alias, String model, Optional<String> expected) {
        String before = targets.get(alias);
        if (expected.isPresent() && !expected.get().equals(before)) {
            return Optional.of(new Outcome.Refused(
                    Outcome.Reason.WRONG_STATE,
                    "the alias " + alias + " points to " + (before == null ? "nothing" : before) + ", not to "
                            + expected.get()));
        }
        if (before == null && targets.size() >= ALIASES_MAX) {
            return Optional.of(new Outcome.Refused(
                    Outcome.Reason.TOO_MANY, "there are " + ALIASES_MAX + " aliases already; remove one first"));
        }
        Map<String, String> next = new TreeMap<>(targets);
        next.put(alias, model);
        targets = Map.copyOf(next);
        return Optional.empty();
    }

    /** Removes an alias; false where there was none. */
    synchronized boolean remove(String alias) {
        if (!targets.containsKey(alias)) {
            return false;
        }
        Map<String, String> next = new TreeMap<>(targets);
        next.remove(alias);
        targets = Map.copyOf(next);
        return true;
    }
}
