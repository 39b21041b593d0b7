package dev.weir.engine.http;

import dev.weir.engine.request.ServiceTerms;
import java.util.Map;

/**
 * What a request's body says about how it should be treated beside others.
 *
 * @param priority lower goes first
 * @param firstTokenMaxNanos without a first token by then the answer is worth nothing; {@link ServiceTerms#NO_DEADLINE} for never
 */
record ServiceWishes(int priority, long firstTokenMaxNanos) {

    private static final long DEADLINE_MILLIS_MAX = 86_400_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** OpenAI's tiers. What {@code auto} and {@code default} get is what everybody gets who says nothing. */
    private static final Map<String, Integer> TIERS =
            Map.of("auto", 0, "default", 0, "scale", 0, "priority", -10, "flex", 10);

    /** {@code priority} as in vLLM, else by OpenAI's {@code service_tier}; and our own {@code first_token_deadline_ms}. */
    static ServiceWishes of(JsonFields fields) {
        int tier = fields.text("service_tier").map(name -> tier(fields, name)).orElse(0);
        int priority = fields.integer("priority", ServiceTerms.PRIORITY_MIN, ServiceTerms.PRIORITY_MAX, tier);
        long millis = fields.integer("first_token_deadline_ms", 1, DEADLINE_MILLIS_MAX, 0);
        return new ServiceWishes(priority, millis == 0 ? ServiceTerms.NO_DEADLINE : millis * NANOS_PER_MILLI);
    }

    private static int tier(JsonFields fields, String name) {
        Integer priority = TIERS.get(name);
        if (priority == null) {
            throw fields.refuse("service_tier", "must be auto, default, scale, priority or flex: " + name);
        }
        return priority;
    }
}
