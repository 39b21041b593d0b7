package dev.weir.control.ingress;

import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Verdict.Level;
import dev.weir.control.quota.Verdict.Refused;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.http.HttpHeaders;

/** Tells clients where their limits stand, in the headers that OpenAI's know. */
final class LimitHeaders {
    private LimitHeaders() {}

    /** Of requests and of tokens the limit of which least is left. */
    static void write(List<Level> levels, HttpHeaders headers) {
        write("requests", levels, level -> level.metric() == Metric.REQUESTS, headers);
        write(
                "tokens",
                levels,
                level -> switch (level.metric()) {
                    case TOKENS, INPUT_TOKENS, OUTPUT_TOKENS -> true;
                    case REQUESTS, COST, CONCURRENCY -> false;
                },
                headers);
    }

    /** When to come back; a client that retries into a spent budget only trebles the load. */
    static void write(Refused refused, HttpHeaders headers) {
        refused.level().ifPresent(level -> write(List.of(level), headers));
        if (refused.worthRetrying()) {
            long millis = Math.max(1, refused.delay().toMillis());
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.ceilDiv(millis, 1000)));
            headers.set("retry-after-ms", Long.toString(millis));
            return;
        }
        headers.set("x-should-retry", "false");
        if (refused.delay().isPositive()) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(Math.ceilDiv(refused.delay().toMillis(), 1000)));
        }
    }

    private static void write(String what, List<Level> levels, Predicate<Level> which, HttpHeaders headers) {
        levels.stream()
                .filter(which)
                .min(Comparator.comparingDouble(level -> (double) level.left() / level.max()))
                .ifPresent(level -> {
                    headers.set("x-ratelimit-limit-" + what, Long.toString(level.max()));
                    headers.set("x-ratelimit-remaining-" + what, Long.toString(level.left()));
                    headers.set("x-ratelimit-reset-" + what, spelled(level.reset()));
                });
    }

    /** As OpenAI spells it: 6m0s, 1.5s. */
    private static String spelled(Duration reset) {
        BigDecimal seconds = BigDecimal.valueOf(reset.toSecondsPart() * 1000L + reset.toMillisPart(), 3);
        String spelled = seconds.stripTrailingZeros().toPlainString();
        return (reset.toMinutes() > 0 ? reset.toMinutes() + "m" : "") + spelled + "s";
    }
}
