package dev.weir.bench.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * A server.
 *
 * @param root without the version: {@code http://127.0.0.1:8080}
 * @param apiKey sent as a bearer token
 */
public record Target(URI root, Optional<String> apiKey) {
    /** Takes the base URL as OpenAI clients have it, or the root. */
    public static Target of(String url, Optional<String> apiKey) {
        String root = url.replaceFirst("/+$", "").replaceFirst("/v1$", "");
        try {
            URI uri = new URI(root);
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new IllegalArgumentException("'" + url + "' is no URL of a server: write http://HOST:PORT");
            }
            return new Target(uri, apiKey);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is no URL: " + e.getMessage(), e);
        }
    }

    URI path(String path) {
        return URI.create(root + path);
    }

    /** Without the key, which nothing may print. */
    @Override
    public String toString() {
        return root.toString();
    }
}
