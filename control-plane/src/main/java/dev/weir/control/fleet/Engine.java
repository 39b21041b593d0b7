package dev.weir.control.fleet;

import java.net.URI;

/**
 * A server that answers completions.
 *
 * @param name how answers, logs and metrics call it
 * @param url where it is; paths are resolved against it
 */
public record Engine(String name, URI url) {
    public Engine {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "an engine's address is a URL like http://127.0.0.1:8100, not '" + url + "'");
        }
    }

    /** An engine that is called by its address. */
    public static Engine at(URI url) {
        return new Engine(url.getRawAuthority() == null ? url.toString() : url.getRawAuthority(), url);
    }
}
