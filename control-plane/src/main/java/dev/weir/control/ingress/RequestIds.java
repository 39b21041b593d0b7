package dev.weir.control.ingress;

import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Gives every request its id before anything else happens: the caller's own where it is fit to be logged, else a new one. New ones begin
 * with the time, so that those of one moment are side by side in the ledger's index: scattered over it, each would have a page of its own to
 * be written.
 */
public final class RequestIds implements WebFilter {
    static final String HEADER = "x-request-id";
    private static final int LENGTH_MAX = 128;
    private static final String ATTRIBUTE = RequestIds.class.getName();
    private static final int VERSION_BITS = 0x7000;
    private static final int RANDOM_BITS = 0x0FFF;

    private final InstantSource clock;

    public RequestIds(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String given = exchange.getRequest().getHeaders().getFirst(HEADER);
        String id = isFit(given) ? given : "req-" + fresh(clock.millis());
        exchange.getAttributes().put(ATTRIBUTE, id);
        exchange.getResponse().getHeaders().set(HEADER, id);
        return chain.filter(exchange);
    }

    static String of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    /** RFC 9562, section 5.7: 48 bits of milliseconds since 1970, the version, and what is random. */
    static UUID fresh(long epochMillis) {
        UUID random = UUID.randomUUID();
        long time = (epochMillis << Short.SIZE) | VERSION_BITS | (random.getMostSignificantBits() & RANDOM_BITS);
        return new UUID(time, random.getLeastSignificantBits());
    }

    private static boolean isFit(@Nullable String id) {
        return id != null
                && !id.isEmpty()
                && id.length() <= LENGTH_MAX
                && id.chars().allMatch(c -> c > ' ' && c < 127);
    }
}
