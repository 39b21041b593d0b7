package dev.weir.control.ingress;

import org.springframework.http.HttpHeaders;

/** What the head of a stream says to everybody between us and its reader. */
final class StreamHeaders {
    private StreamHeaders() {}

    static void set(HttpHeaders headers) {
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
        // Asks proxies in front of us not to collect events.
        headers.set("x-accel-buffering", "no");
    }
}
