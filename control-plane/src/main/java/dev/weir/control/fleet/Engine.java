package dev.weir.control.fleet;

import dev.weir.control.configuration.Section;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A server that answers completions.
 *
 * @param name how answers, logs and metrics call it
 * @param url where it is; paths are resolved against it
 * @param region where it stands, for requests that prefer one; empty where nobody said
 */
public record Engine(String name, URI url, String region) {
    private static final int NAME_CHARS_MAX = 128;

    public Engine {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "an engine's address is a URL like http://127.0.0.1:8100, not '" + url + "'");
        }
        // It stands in headers, logs and metrics.
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX || !name.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException("an engine's name has 1 to " + NAME_CHARS_MAX
                    + " visible ASCII characters, which '" + name + "' has not");
        }
    }

    /** An engine that is called by its address. */
    public static Engine at(URI url) {
        return new Engine(url.getRawAuthority() == null ? url.toString() : url.getRawAuthority(), url, "");
    }

    /** The engines of a configuration's {@code engines}: names to addresses. */
    public static List<Engine> configured(Section root) {
        return root.named("engines").entrySet().stream()
                .flatMap(entry -> read(entry.getKey(), entry.getValue()).stream())
                .toList();
    }

    private static Optional<Engine> read(String name, Section section) {
        String url = section.required("url");
        String region = section.text("region").orElse("");
        return section.make(() -> new Engine(name, URI.create(url), region));
    }
}
