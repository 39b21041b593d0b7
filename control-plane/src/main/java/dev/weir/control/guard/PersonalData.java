package dev.weir.control.guard;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/** Finds personal data by its form and check digits, and puts its kind in its place. Pure. */
public final class PersonalData {
    private PersonalData() {}

    /** Where something of a kind stands. */
    record Place(PersonalKind kind, int begin, int end) {}

    /**
     * A text without it.
     *
     * @param counts of what was found, by kind
     */
    public record Redacted(String text, Map<PersonalKind, Integer> counts) {
        public Redacted {
            counts = Map.copyOf(counts);
        }
    }

    /** The text with placeholders for these kinds. */
    public static Redacted redact(String text, Collection<PersonalKind> kinds) {
        List<Place> places = find(text, kinds);
        if (places.isEmpty()) {
            return new Redacted(text, Map.of());
        }
        StringBuilder redacted = new StringBuilder(text.length());
        Map<PersonalKind, Integer> counts = new EnumMap<>(PersonalKind.class);
        int from = 0;
        for (Place place : places) {
            redacted.append(text, from, place.begin()).append(place.kind().placeholder());
            counts.merge(place.kind(), 1, Integer::sum);
            from = place.end();
        }
        return new Redacted(redacted.append(text, from, text.length()).toString(), counts);
    }

    /** Such as {@code email 2, card 1}. */
    public static String summary(Map<PersonalKind, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(found -> found.getKey().text() + " " + found.getValue())
                .collect(Collectors.joining(", "));
    }

    /** In the order of the text; none overlaps another. */
    static List<Place> find(String text, Collection<PersonalKind> kinds) {
        NavigableMap<Integer, Place> places = new TreeMap<>(); // by their begin
        for (PersonalKind kind : PersonalKind.values()) {
            if (kinds.contains(kind)) {
                findOf(kind, text, places);
            }
        }
        return List.copyOf(places.values());
    }

    private static void findOf(PersonalKind kind, String text, NavigableMap<Integer, Place> places) {
        Matcher matcher = kind.form().matcher(text);
        while (matcher.find()) {
            int begin = matcher.start();
            int end = begin + kind.genuineChars(matcher.group());
            // None overlaps another, so the last that begins before this end is the only one that may reach into it.
            Map.Entry<Integer, Place> before = places.lowerEntry(end);
            if (end > begin && (before == null || before.getValue().end() <= begin)) {
                places.put(begin, new Place(kind, begin, end));
            }
        }
    }
}
