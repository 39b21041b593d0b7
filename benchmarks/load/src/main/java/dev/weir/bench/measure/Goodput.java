package dev.weir.bench.measure;

import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When a request counts as served well: when it is complete and each of its latencies is at most its limit. */
public record Goodput(Map<Metric, Double> limitsMillis) {
    /** Judges nothing. */
    public static final Goodput NONE = new Goodput(Map.of());

    public static final String FORM = "ttft:500ms,tpot:50ms,e2el:10s (any of them)";

    private static final Pattern LIMIT = Pattern.compile("(ttft|tpot|e2el):(\\d+(?:\\.\\d+)?)(ms|s)");

    public Goodput {
        limitsMillis = Map.copyOf(limitsMillis);
    }

    /** Reads {@link #FORM}. */
    public static Goodput parse(String text) {
        Map<Metric, Double> limits = new EnumMap<>(Metric.class);
        for (String part : text.split(",", -1)) {
            Matcher limit = LIMIT.matcher(part.strip());
            if (!limit.matches()) {
                throw new IllegalArgumentException("goodput limits are " + FORM + ", not '" + part + "'");
            }
            double millis = Double.parseDouble(limit.group(2)) * (limit.group(3).equals("s") ? 1_000 : 1);
            if (limits.put(Metric.of(limit.group(1)).orElseThrow(), millis) != null) {
                throw new IllegalArgumentException("goodput limits " + limit.group(1) + " twice");
            }
        }
        return new Goodput(limits);
    }

    public boolean judges() {
        return !limitsMillis.isEmpty();
    }

    /** An answer of one token has no time per token, and keeps every limit on it. */
    boolean isGood(RequestRow row) {
        return keeps(Metric.TTFT, row.ttftMillis())
                && keeps(Metric.TPOT, row.tpotMillis())
                && keeps(Metric.E2EL, row.e2elMillis());
    }

    private boolean keeps(Metric metric, double millis) {
        return millis <= limitsMillis.getOrDefault(metric, Double.MAX_VALUE);
    }

    @Override
    public String toString() {
        StringJoiner limits = new StringJoiner(",");
        for (Metric metric : Metric.values()) {
            Double millis = limitsMillis.get(metric);
            if (millis != null) {
                limits.add(metric.key() + ":" + millis + "ms");
            }
        }
        return limits.toString();
    }
}
