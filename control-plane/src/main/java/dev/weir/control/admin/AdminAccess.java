package dev.weir.control.admin;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.RequestPath;
import dev.weir.control.identity.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Mono;

/**
 * Lets nobody to anything under {@code /admin} without the scope for it: seeing takes one, changing what runs another, changing who may do
 * what or where data may go the highest. Nor without a reason to what takes something away or changes what is there. An endpoint that is added
 * there is behind it from its first day.
 */
public final class AdminAccess implements WebFilter {
    /** The attribute of an exchange that holds its {@link Caller}. */
    static final String CALLER = "weir.caller";

    /** Why somebody changes something, for the audit log. */
    private static final String REASON_HEADER = "weir-reason";

    private static final int REASON_CHARS_MAX = 500;
    private static final String ROOT = "/admin";

    /** The last words of orders that are as consequential as a DELETE or a PATCH. */
    private static final Set<String> CONSEQUENTIAL = Set.of("revoke", "rotate", "drain", "cancel", "reload");

    /** Who may do what, and where data may go. */
    private static final List<String> OF_ADMINISTRATORS =
            List.of("/admin/tenants", "/admin/users", "/admin/keys", "/admin/providers");

    private final Authenticator authenticator;

    public AdminAccess(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String path = RequestPath.of(request);
        if (!isUnder(path, ROOT)) {
            return chain.filter(exchange);
        }
        return authenticator.authenticate(Credentials.of(request)).flatMap(caller -> {
            caller.require(needed(request.getMethod(), path));
            Caller explained = explained(caller, request);
            if (wantsReason(request.getMethod(), path)) {
                requireReason(explained);
            }
            exchange.getAttributes().put(CALLER, explained);
            return chain.filter(exchange);
        });
    }

    /** Percent-encoded, since a header has no letters but ASCII's. */
    private static Caller explained(Caller caller, ServerHttpRequest request) {
        String written = request.getHeaders().getFirst(REASON_HEADER);
        if (written == null || written.isBlank()) {
            return caller;
        }
        try {
            String reason = UriUtils.decode(written, StandardCharsets.UTF_8).strip();
            return caller.because(reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX)));
        } catch (IllegalArgumentException _) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "the header " + REASON_HEADER + " is UTF-8 text, percent-encoded");
        }
    }

    /** For what nobody should do without saying why. */
    static String requireReason(Caller caller) {
        String reason = caller.reason();
        if (reason == null) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "say why, in the header " + REASON_HEADER + ": the audit log keeps it");
        }
        return reason;
    }

    private static boolean wantsReason(HttpMethod method, String path) {
        return method.equals(HttpMethod.DELETE)
                || method.equals(HttpMethod.PATCH)
                || (method.equals(HttpMethod.POST)
                        && CONSEQUENTIAL.contains(path.substring(path.lastIndexOf('/') + 1)));
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
