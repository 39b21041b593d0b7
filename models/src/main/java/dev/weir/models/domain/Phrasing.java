package dev.weir.models.domain;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All the sentence forms of one intent. Patterns are written with alternatives, "(when|at what time) does (my|the) ship leave", and
 * expand to every combination; each expansion is a form of its own and belongs to the split its text hashes to.
 */
public final class Phrasing {
    /** A pattern that expands to more than this is a mistake, not variety. */
    private static final int EXPANSIONS_MAX = 20_000;

    private final Map<Split, List<String>> forms = new EnumMap<>(Split.class);

    private Phrasing(Set<String> expansions) {
        for (Split split : Split.values()) {
            forms.put(split, new ArrayList<>());
        }
        for (String form : expansions) {
            formsOf(Split.of(form)).add(form);
        }
        for (Split split : Split.values()) {
            if (formsOf(split).isEmpty()) {
                throw new IllegalArgumentException(
                        "no form for split " + split + "; add alternatives to " + expansions);
            }
        }
    }

    /** The forms that the patterns expand to. */
    public static Phrasing of(String... patterns) {
        Set<String> expansions = new LinkedHashSet<>();
        for (String pattern : patterns) {
            expand("", pattern, expansions);
        }
        return new Phrasing(expansions);
    }

    /** The forms a split may use, in a fixed order. */
    public List<String> forms(Split split) {
        return List.copyOf(formsOf(split));
    }

    Phrase draw(Draw draw) {
        String form = draw.pick(formsOf(draw.split()));
        return new Phrase(form, form);
    }

    private List<String> formsOf(Split split) {
        List<String> owned = forms.get(split);
        if (owned == null) {
            throw new IllegalStateException("no forms were prepared for " + split);
        }
        return owned;
    }

    private static void expand(String done, String rest, Set<String> into) {
        int open = rest.indexOf('(');
        if (open < 0) {
            into.add((done + rest).replaceAll(" +", " ").strip());
            if (into.size() > EXPANSIONS_MAX) {
                throw new IllegalArgumentException(
                        "pattern has over " + EXPANSIONS_MAX + " expansions: " + done + rest);
            }
            return;
        }
        int close = rest.indexOf(')', open);
        if (close < 0) {
            throw new IllegalArgumentException("pattern lacks a closing bracket: " + rest);
        }
        for (String alternative : rest.substring(open + 1, close).split("\\|", -1)) {
            expand(done + rest.substring(0, open) + alternative, rest.substring(close + 1), into);
        }
    }
}
