package dev.weir.engine.sampling.constraint.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of Unicode characters as ascending ranges that do not touch. Surrogates are no characters and are never in it. */
public record CodePoints(List<Range> ranges) {

    /** All characters from {@code first} to {@code last}, both included. */
    public record Range(int first, int last) {
        public Range {
            if (first < 0 || first > last || last > Character.MAX_CODE_POINT) {
                throw new IllegalArgumentException("no range of characters: " + first + " to " + last);
            }
        }
    }

    private static final int SURROGATE_FIRST = Character.MIN_SURROGATE;
    private static final int SURROGATE_LAST = Character.MAX_SURROGATE;

    public static final CodePoints NONE = new CodePoints(List.of());
    public static final CodePoints ALL = range(0, Character.MAX_CODE_POINT);

    public CodePoints {
        ranges = normal(ranges);
    }

    public static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    public static CodePoints range(int first, int last) {
        return new CodePoints(List.of(new Range(first, last)));
    }

    /** The characters of a text. */
    public static CodePoints anyOf(String characters) {
        return new CodePoints(
                characters.codePoints().mapToObj(c -> new Range(c, c)).toList());
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    public boolean contains(int codePoint) {
        return ranges.stream().anyMatch(range -> range.first() <= codePoint && codePoint <= range.last());
    }

    public CodePoints or(CodePoints other) {
        List<Range> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        return new CodePoints(all);
    }

    public CodePoints and(CodePoints other) {
        return not().or(other.not()).not();
    }

    public CodePoints minus(CodePoints other) {
        return and(other.not());
    }

    public CodePoints not() {
        List<Range> gaps = new ArrayList<>();
        int next = 0;
        for (Range range : ranges) {
            if (next < range.first()) {
                gaps.add(new Range(next, range.first() - 1));
            }
            next = range.last() + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            gaps.add(new Range(next, Character.MAX_CODE_POINT));
        }
        return new CodePoints(gaps);
    }

    private static List<Range> normal(List<Range> ranges) {
        List<Range> sorted = new ArrayList<>();
        for (Range range : ranges) {
            addWithoutSurrogates(range, sorted);
        }
        sorted.sort(Comparator.comparingInt(Range::first));
        List<Range> merged = new ArrayList<>();
        for (Range range : sorted) {
            if (!merged.isEmpty() && merged.getLast().last() >= range.first() - 1) {
                Range before = merged.removeLast();
                merged.add(new Range(before.first(), Math.max(before.last(), range.last())));
            } else {
                merged.add(range);
            }
        }
        return List.copyOf(merged);
    }

    private static void addWithoutSurrogates(Range range, List<Range> to) {
        if (range.first() < SURROGATE_FIRST) {
            to.add(new Range(range.first(), Math.min(range.last(), SURROGATE_FIRST - 1)));
        }
        if (range.last() > SURROGATE_LAST) {
            to.add(new Range(Math.max(range.first(), SURROGATE_LAST + 1), range.last()));
        }
    }
}
