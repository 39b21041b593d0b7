package dev.weir.control.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** What an engine says to the client, without what it says to the connection it says it on (RFC 9110, section 7.6.1). */
final class EndToEndHeaders {
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            ServerTiming.HEADER); // of a stream it would not be known yet, so nobody is told

    private EndToEndHeaders() {}

    static HttpHeaders of(io.netty.handler.codec.http.HttpHeaders received) {
        Set<String> named = named(received.getAll(HttpHeaderNames.CONNECTION));
        HttpHeaders kept = new HttpHeaders();
        for (Map.Entry<String, String> header : received) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name) && !named.contains(name)) {
                kept.add(header.getKey(), header.getValue());
            }
        }
        return kept;
    }

    /** What the engine says of its connection by name; mostly nothing. */
    private static Set<String> named(List<String> connection) {
        if (connection.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : connection) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
