package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds who answers a path and a method. */
final class Router {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private final Map<String, Map<String, Endpoint>> exact = new TreeMap<>();
    private final Map<String, Map<String, Endpoint>> prefixes = new TreeMap<>();

    /** Answers one kind of request, on the event loop: whoever takes long goes elsewhere and comes back. */
    interface Endpoint {
        void handle(WireRequest request, Exchange exchange);
    }

    Router on(String method, String path, Endpoint endpoint) {
        exact.computeIfAbsent(path, _ -> new TreeMap<>()).put(method, endpoint);
        return this;
    }

    /** Everything under a path that ends in a slash. */
    Router under(String method, String prefix, Endpoint endpoint) {
        prefixes.computeIfAbsent(prefix, _ -> new TreeMap<>()).put(method, endpoint);
        return this;
    }

    void route(WireRequest request, Exchange exchange) {
        Map<String, Endpoint> methods = find(request.path());
        // HEAD is answered as GET; that the body stays away is the codec's care.
        Endpoint endpoint = methods.get(request.method().equals("HEAD") ? "GET" : request.method());
        if (endpoint != null) {
            handle(endpoint, request, exchange);
        } else if (methods.isEmpty()) {
            exchange.fail(ApiError.unknownPath(request.path()));
        } else {
            exchange.fail(ApiError.wrongMethod(request.method(), request.path(), allowed(methods.keySet())));
        }
    }

    private static String allowed(Set<String> methods) {
        String named = String.join(", ", methods);
        return methods.contains("GET") ? named.replace("GET", "GET, HEAD") : named;
    }

    private Map<String, Endpoint> find(String path) {
        Map<String, Endpoint> methods = exact.get(path);
        if (methods != null) {
            return methods;
        }
        return prefixes.entrySet().stream()
                .filter(entry -> path.startsWith(entry.getKey())
                        && path.length() > entry.getKey().length())
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(Map.of());
    }

    private static void handle(Endpoint endpoint, WireRequest request, Exchange exchange) {
        try {
            endpoint.handle(request, exchange);
        } catch (ApiException e) {
            exchange.fail(e.error());
        } catch (RuntimeException e) {
            LOG.error("request {} to {} failed", exchange.requestId(), request.path(), e);
            exchange.fail(ApiError.internal("the server failed; its log has the reason under this request's id"));
        }
    }
}
