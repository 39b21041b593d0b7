package dev.weir.control.alerting;

import dev.weir.control.alerting.Alert.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast the error budget of a service level is spent, over two windows at once: the long one says that it matters, the short one that it
 * still goes on. A rate of 1 spends just the budget.
 *
 * <p>Beyer and others, "The Site Reliability Workbook" (2018), chapter 5, rules 14.4, 6 and 1; the first rule here is beside them, because an
 * hour's window notices a complete outage too late where the budget is large.
 *
 * <p>Thread-safety: locked.
 */
public final class BurnRate {
    private static final Duration BUCKET = Duration.ofMinutes(1);
    private static final int BUCKET_COUNT = Math.toIntExact(Duration.ofDays(3).dividedBy(BUCKET)) + 1;
    private static final String NAME = "ErrorBudgetBurn";

    /** A rule; below so many requests in the long window nothing is said. */
    private record Rule(double rate, Duration longWindow, Duration shortWindow, Severity severity) {}

    private static final List<Rule> RULES = List.of(
            new Rule(28.8, Duration.ofMinutes(5), Duration.ofMinutes(1), Severity.PAGE),
            new Rule(14.4, Duration.ofHours(1), Duration.ofMinutes(5), Severity.PAGE),
            new Rule(6, Duration.ofHours(6), Duration.ofMinutes(30), Severity.PAGE),
            new Rule(1, Duration.ofDays(3), Duration.ofHours(6), Severity.TICKET));

    private static final long COUNT_MIN = 20;

    private final String slo;
    private final double budget;
    /** Each minute holds the sums up to it, so that a window is one subtraction, however long it is. */
    private final long[] requestCounts = new long[BUCKET_COUNT];

    private final long[] badCounts = new long[BUCKET_COUNT];
    private long latestMinute = Long.MIN_VALUE;

    /**
     * A watch.
     *
     * @param slo what it is called, as in {@code availability}
     * @param objective the share of good requests that was promised: 0.999
     */
    public BurnRate(String slo, double objective) {
        if (!(objective > 0 && objective < 1)) {
            throw new IllegalArgumentException("an objective is a share in (0, 1): " + objective);
        }
        this.slo = slo;
        this.budget = 1 - objective;
    }

    /** As many requests, so many of them bad, were answered about now. */
    public synchronized void saw(Instant now, long requestCount, long badCount) {
        if (badCount < 0 || badCount > requestCount) {
            throw new IllegalArgumentException("bad requests are among all: " + badCount + " of " + requestCount);
        }
        int bucket = advance(now);
        requestCounts[bucket] += requestCount;
        badCounts[bucket] += badCount;
    }

    /** Tells the book what is wrong and what is not. */
    public synchronized void judge(Instant now, AlertBook book) {
        advance(now);
        for (Rule rule : RULES) {
            Map<String, String> labels = Map.of(
                    "slo",
                    slo,
                    "window",
                    rule.longWindow().toString().substring(2).toLowerCase(Locale.ROOT));
            double longRate = rate(rule.longWindow());
            double shortRate = rate(rule.shortWindow());
            if (longRate >= rule.rate()
                    && shortRate >= rule.rate()
                    && sum(requestCounts, rule.longWindow()) >= COUNT_MIN) {
                String summary =
                        "%s spends its error budget %.1f times as fast as promised (last %s; %.1f times in the last %s)"
                                .formatted(slo, longRate, rule.longWindow(), shortRate, rule.shortWindow());
                book.fires(new Alert(NAME, rule.severity(), labels, summary, now, null));
            } else {
                book.resolves(new Alert.Key(NAME, labels));
            }
        }
    }

    /** The rate over the last window; 0 without requests. */
    public synchronized double rate(Duration window) {
        long requests = sum(requestCounts, window);
        return requests == 0 ? 0 : sum(badCounts, window) / (double) requests / budget;
    }

    private long sum(long[] counts, Duration window) {
        return counts[bucket(latestMinute)] - counts[bucket(latestMinute - window.dividedBy(BUCKET))];
    }

    private static int bucket(long minute) {
        return (int) Math.floorMod(minute, (long) BUCKET_COUNT);
    }

    /** Fills the minutes in which nothing came. A clock that jumps back goes on in the latest minute there was. */
    private int advance(Instant now) {
        long minute = now.getEpochSecond() / BUCKET.toSeconds();
        if (latestMinute == Long.MIN_VALUE) {
            latestMinute = minute;
        }
        int before = bucket(latestMinute);
        long requests = requestCounts[before];
        long bad = badCounts[before];
        long steps = Math.min(minute - latestMinute, BUCKET_COUNT);
        for (long i = 1; i <= steps; i++) {
            int filled = bucket(minute - steps + i);
            requestCounts[filled] = requests;
            badCounts[filled] = bad;
        }
        latestMinute = Math.max(latestMinute, minute);
        return bucket(latestMinute);
    }
}
