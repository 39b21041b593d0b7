package dev.weir.control.telemetry;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.RequestPath;
import dev.weir.control.identity.Scope;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Asks for a key where metrics are told, for they name tenants and what they spend. */
public final class MetricsAccess implements WebFilter {
    private static final String METRICS = "/actuator/prometheus";

    private final Authenticator authenticator;
    private final boolean open;

    /**
     * The filter.
     *
     * @param open whether nobody is asked
     */
    public MetricsAccess(Authenticator authenticator, boolean open) {
        this.authenticator = authenticator;
        this.open = open;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String path = RequestPath.of(exchange.getRequest());
        if (open || !path.startsWith(METRICS)) {
            return chain.filter(exchange);
        }
        return authenticator.authenticate(Credentials.of(exchange.getRequest())).flatMap(caller -> {
            caller.require(Scope.VIEW);
            return chain.filter(exchange);
        });
    }
}
