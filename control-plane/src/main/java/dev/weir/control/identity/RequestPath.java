package dev.weir.control.identity;

import org.springframework.http.server.PathContainer;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * A request's path as whoever answers it is found: escapes decoded, and without what stands behind a semicolon. Whoever decides anything by a
 * path decides by this one. By the text as it came, {@code /%61dmin} is no part of {@code /admin}, and what is there answers all the same.
 */
public final class RequestPath {
    private RequestPath() {}

    public static String of(ServerHttpRequest request) {
        PathContainer path = request.getPath().pathWithinApplication();
        String written = path.value();
        if (written.indexOf('%') < 0 && written.indexOf(';') < 0) {
            return written;
        }
        StringBuilder meant = new StringBuilder();
        for (PathContainer.Element element : path.elements()) {
            meant.append(element instanceof PathSegment segment ? segment.valueToMatch() : element.value());
        }
        return meant.toString();
    }
}
