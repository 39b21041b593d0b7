package dev.weir.control.evaluation.golden;

import dev.weir.control.digest.Sha256;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A version of a golden set.
 *
 * @param hash of all cases: the version's name
 * @param cases in the order of their ids
 */
public record GoldenSet(String hash, List<GoldenCase> cases) {
    /** How many cases a set may have. */
    public static final int CASES_MAX = 100_000;

    private static final int SHORT_CHARS = 12;

    /** What has changed from one version to another, by the ids of cases. */
    public record Difference(List<String> added, List<String> removed, List<String> changed) {}

    /** The version with these cases, in whatever order. */
    public static GoldenSet of(List<GoldenCase> cases) {
        if (cases.isEmpty() || cases.size() > CASES_MAX) {
            throw new IllegalArgumentException("a set has 1 to " + CASES_MAX + " cases: " + cases.size());
        }
        List<GoldenCase> sorted =
                cases.stream().sorted(Comparator.comparing(GoldenCase::id)).toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).id().equals(sorted.get(i - 1).id())) {
                throw new IllegalArgumentException(
                        "there are two cases '" + sorted.get(i).id() + "': ids are for ever, so give one another");
            }
        }
        String all = sorted.stream().map(CaseJson::write).collect(Collectors.joining("\n"));
        return new GoldenSet(Sha256.hexOf(all), sorted);
    }

    public GoldenSet {
        cases = List.copyOf(cases);
    }

    /** Enough of the hash for people. */
    public static String shortened(String hash) {
        return hash.substring(0, Math.min(SHORT_CHARS, hash.length()));
    }

    /** Cases by their ids. */
    public Map<String, GoldenCase> byId() {
        Map<String, GoldenCase> byId = LinkedHashMap.newLinkedHashMap(cases.size());
        cases.forEach(golden -> byId.put(golden.id(), golden));
        return byId;
    }

    /** How many cases each slice has. */
    public Map<String, Integer> slices() {
        Map<String, Integer> counts = new TreeMap<>();
        cases.forEach(golden -> golden.slices().forEach(slice -> counts.merge(slice, 1, Integer::sum)));
        return counts;
    }

    /** What a later version has changed of this one. */
    public Difference to(GoldenSet later) {
        Map<String, GoldenCase> old = byId();
        Map<String, GoldenCase> now = later.byId();
        return new Difference(
                now.keySet().stream().filter(id -> !old.containsKey(id)).toList(),
                old.keySet().stream().filter(id -> !now.containsKey(id)).toList(),
                now.values().stream()
                        .filter(golden -> old.containsKey(golden.id()) && !golden.equals(old.get(golden.id())))
                        .map(GoldenCase::id)
                        .toList());
    }
}
