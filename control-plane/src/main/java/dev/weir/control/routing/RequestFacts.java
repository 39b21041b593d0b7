package dev.weir.control.routing;

import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a request when its way is chosen; rules may ask for all of it.
 *
 * @param id decides which arm it goes to where its session does not
 * @param operation {@code chat/completions} and the like
 * @param promptBytes of the whole body
 * @param outputTokensMax that it asks for, 0 where it does not say
 * @param headers with names in small letters; none that carry credentials
 * @param region that it prefers, or an empty text
 * @param session whose requests belong together, or an empty text
 * @param subject whom it is for, as the caller says, or an empty text
 * @param costPerTokenMax in dollars, where it sets a limit
 * @param firstTokenMaxMillis where it sets a limit
 */
public record RequestFacts(
        String id,
        String tenant,
        String user,
        String key,
        String model,
        String operation,
        boolean stream,
        long promptBytes,
        long outputTokensMax,
        Map<String, String> headers,
        String region,
        String session,
        String subject,
        Optional<Double> costPerTokenMax,
        Optional<Long> firstTokenMaxMillis,
        ZonedDateTime at) {
    public RequestFacts {
        headers = Map.copyOf(headers);
    }
}
