package dev.weir.control.ingress;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.Scope;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Station 2 at the door: lets in who may do what they came for, before anything they sent is read. */
public final class Doorkeeper {
    private final Authenticator authenticator;

    public Doorkeeper(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    Mono<Caller> admit(ServerWebExchange exchange, Scope scope) {
        return authenticator
                .authenticate(Credentials.of(exchange.getRequest()))
                .doOnNext(caller -> caller.require(scope));
    }
}
