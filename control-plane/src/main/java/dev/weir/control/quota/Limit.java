package dev.weir.control.quota;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How much of something somebody may.
 *
 * @param model of one model, as it is called after routing; of all together where it is null
 * @param amountMax tokens, requests, or billionths of the currency
 */
public record Limit(String id, Subject subject, @Nullable String model, Metric metric, Period period, long amountMax) {
    /** Numbers up to here are exact in a Redis script. As money it is nine million. */
    static final long AMOUNT_MAX = 1L << 53;

    /** Whose limit it is. */
    public record Subject(Kind kind, String id) {
        public enum Kind {
            /** All callers together; the id is empty. */
            EVERYONE,
            TENANT,
            USER,
            KEY,
            /** Somebody outside, by the name that the ledger calls it; its limit stands in the configuration. */
            PROVIDER
        }

        public Subject {
            if (id.isEmpty() != (kind == Kind.EVERYONE) || id.length() > 128) {
                throw new IllegalArgumentException(
                        "a limit is of a tenant, user or key with an id, or of everyone without one: " + kind + " '"
                                + id + "'");
            }
        }
    }

    public enum Metric {
        REQUESTS,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
        TOKENS,
        COST,
        /** Requests that are under way. */
        CONCURRENCY
    }

    public enum Period {
        /** Any minute: what is spent comes back evenly. */
        MINUTE,
        /** A day of UTC. */
        DAY,
        /** A month of UTC. */
        MONTH,
        /** At the same time. */
        AT_ONCE
    }

    public Limit {
        if ((metric == Metric.CONCURRENCY) != (period == Period.AT_ONCE)) {
            throw new IllegalArgumentException(
                    "concurrency, and nothing else, is limited AT_ONCE: " + metric + " " + period);
        }
        if (amountMax < 1 || amountMax > AMOUNT_MAX) {
            throw new IllegalArgumentException("a limit is between 1 and " + AMOUNT_MAX + ": " + amountMax);
        }
        if (model != null && (model.isBlank() || model.length() > 512)) {
            throw new IllegalArgumentException("a model's name has 1 to 512 characters");
        }
    }

    /** Whether what is spent stays spent until the day or the month is over. */
    public boolean isBudget() {
        return period == Period.DAY || period == Period.MONTH;
    }

    boolean appliesTo(String routedModel) {
        return model == null || model.equals(routedModel);
    }

    /** For messages: "output tokens per minute of key abc and model m". */
    public String describe() {
        String what = metric.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String per =
                period == Period.AT_ONCE ? " at once" : " per " + period.name().toLowerCase(Locale.ROOT);
        String whose = subject.kind() == Subject.Kind.EVERYONE
                ? " of everyone"
                : " of " + subject.kind().name().toLowerCase(Locale.ROOT) + " " + subject.id();
        return what + per + whose + (model == null ? "" : " and model " + model);
    }
}
