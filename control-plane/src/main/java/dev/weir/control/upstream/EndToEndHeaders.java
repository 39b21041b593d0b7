package dev.weir.control.upstream;

import java.util.HashSet;
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
        Set<String> dropped = new HashSet<>(HOP_BY_HOP);
        for (String value : received.getAll("connection")) {
            for (String name : value.split(",", -1)) {
                dropped.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        HttpHeaders kept = new HttpHeaders();
        for (Map.Entry<String, String> header : received) {
            if (!dropped.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                kept.add(header.getKey(), header.getValue());
            }
        }
        return kept;
    }
}
