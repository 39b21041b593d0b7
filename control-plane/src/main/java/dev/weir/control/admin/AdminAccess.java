package dev.weir.control.admin;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.Scope;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets nobody to anything under {@code /admin} without the scope for it: seeing takes one, changing what runs another, changing who may do
 * what the highest. An endpoint that is added there is behind it from its first day.
 */
public final class AdminAccess implements WebFilter {
    /** The attribute of an exchange that holds its {@link Caller}. */
    static final String CALLER = "weir.caller";

    private static final String ROOT = "/admin";
    private static final List<String> OF_ADMINISTRATORS = List.of("/admin/tenants", "/admin/users", "/admin/keys");

    private final Authenticator authenticator;

    public AdminAccess(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().pathWithinApplication().value();
        if (!isUnder(path, ROOT)) {
            return chain.filter(exchange);
        }
        return authenticator.authenticate(Credentials.of(request)).flatMap(caller -> {
            caller.require(needed(request.getMethod(), path));
            exchange.getAttributes().put(CALLER, caller);
            return chain.filter(exchange);
        });
    }

    private static Scope needed(HttpMethod method, String path) {
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            return Scope.VIEW;
        }
        return OF_ADMINISTRATORS.stream().anyMatch(root -> isUnder(path, root)) ? Scope.ADMINISTER : Scope.OPERATE;
    }

    private static boolean isUnder(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }
}
