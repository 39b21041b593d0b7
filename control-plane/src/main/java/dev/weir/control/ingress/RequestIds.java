package dev.weir.control.ingress;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Gives every request its id before anything else happens: the caller's own where it is fit to be logged, else a new one. */
public final class RequestIds implements WebFilter {
    static final String HEADER = "x-request-id";
    private static final int LENGTH_MAX = 128;
    private static final String ATTRIBUTE = RequestIds.class.getName();

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String given = exchange.getRequest().getHeaders().getFirst(HEADER);
        String id = isFit(given) ? given : "req-" + UUID.randomUUID();
        exchange.getAttributes().put(ATTRIBUTE, id);
        exchange.getResponse().getHeaders().set(HEADER, id);
        return chain.filter(exchange);
    }

    static String of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    private static boolean isFit(@Nullable String id) {
        return id != null
                && !id.isEmpty()
                && id.length() <= LENGTH_MAX
                && id.chars().allMatch(c -> c > ' ' && c < 127);
    }
}
