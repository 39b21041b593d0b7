package dev.weir.control.quota;

import dev.weir.control.quota.Limit.Period;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * One limit at one moment, and how much of it a request wants.
 *
 * @param periodStart of the day or month that it counts for; of others the beginning of time
 */
record Claim(Limit limit, long amount, Instant periodStart, Instant periodEnd) {

    static Claim of(Limit limit, long amount, Instant now) {
        if (amount < 0) {
            throw new IllegalArgumentException("a request wants at least nothing: " + amount);
        }
        LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
        return switch (limit.period()) {
            case DAY -> new Claim(limit, amount, start(day), start(day.plusDays(1)));
            case MONTH -> {
                LocalDate first = day.withDayOfMonth(1);
                yield new Claim(limit, amount, start(first), start(first.plusMonths(1)));
            }
            case MINUTE, AT_ONCE -> new Claim(limit, amount, Instant.EPOCH, Instant.EPOCH);
        };
    }

    /** The same limit, and another amount. */
    Claim withAmount(long other) {
        return new Claim(limit, other, periodStart, periodEnd);
    }

    /** Names the counter; another day is another counter. */
    String key() {
        return limit.period() == Period.MINUTE || limit.period() == Period.AT_ONCE
                ? limit.id()
                : limit.id() + ":" + LocalDate.ofInstant(periodStart, ZoneOffset.UTC);
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
