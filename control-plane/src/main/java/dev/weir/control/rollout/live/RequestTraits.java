package dev.weir.control.rollout.live;

import dev.weir.control.rollout.postmortem.Slice;
import java.util.List;

/**
 * Which slices of the traffic a request is in.
 *
 * @param queryType as it was classified
 * @param length of its prompt, in a few steps
 */
public record RequestTraits(String tenant, String queryType, String language, String length) {
    private static final int SHORT_CHARS = 400;
    private static final int LONG_CHARS = 4_000;

    public static RequestTraits of(String tenant, String queryType, String language, int promptChars) {
        String length = promptChars < SHORT_CHARS ? "short" : promptChars < LONG_CHARS ? "medium" : "long";
        return new RequestTraits(tenant, queryType, language, length);
    }

    List<Slice> slices() {
        return List.of(
                new Slice("tenant", tenant),
                new Slice("query type", queryType),
                new Slice("query type and tenant", queryType + ", " + tenant),
                new Slice("language", language),
                new Slice("length", length));
    }
}
