package dev.weir.control.identity;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Answers this machine's own callers only, where nobody is asked for a key. That a connection comes from here says little: a browser opens one for
 * any page that wants it. So a request has to name this machine as its host, which a page does not whose name was made to resolve to it, and
 * may not come from a page of elsewhere.
 */
public final class OwnMachine implements WebFilter {
    private static final Pattern PORT = Pattern.compile(":\\d*$");
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        String host = headers.getFirst(HttpHeaders.HOST);
        if (host != null && !NAMES.contains(withoutPort(host))) {
            return Mono.error(
                    refused("a request to " + host + " is none to this machine: call it localhost or 127.0.0.1"));
        }
        String origin = headers.getOrigin();
        if (origin != null && !isHere(origin)) {
            return Mono.error(refused("a page of " + origin + " may not ask here"));
        }
        return chain.filter(exchange);
    }

    private static boolean isHere(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && NAMES.contains(withoutPort(authority));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static String withoutPort(String authority) {
        return PORT.matcher(authority).replaceFirst("").toLowerCase(Locale.ROOT);
    }

    private static ResponseStatusException refused(String why) {
        return new ResponseStatusException(
                HttpStatus.FORBIDDEN, why + ", or start Weir without --insecure-no-auth and use a key");
    }
}
