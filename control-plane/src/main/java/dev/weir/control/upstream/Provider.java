package dev.weir.control.upstream;

import dev.weir.control.completion.Outside;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Somebody outside who answers completions for money.
 *
 * @param url what its own client libraries call the base URL
 * @param keyFile holds the key, and nothing else does: it is read for every request, so a new key counts at once
 */
public record Provider(String name, Shape shape, URI url, Path keyFile) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int KEY_CHARS_MAX = 1024;

    /** The wire format that it speaks. */
    public enum Shape {
        OPENAI,
        ANTHROPIC
    }

    public Provider {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a provider's name has 1 to 64 of the characters A-Z a-z 0-9 . _ -, which '" + name + "' has not");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null) {
            // It may be the key, so it is not repeated.
            throw new IllegalArgumentException(
                    "a provider's url has no user and no query in it: what it takes to be let in stands in its key file");
        }
        boolean secure = "https".equals(url.getScheme());
        if (url.getHost() == null || !(secure || ("http".equals(url.getScheme()) && isLoopback(url)))) {
            throw new IllegalArgumentException(
                    "a provider's url begins with https://, or its key would travel in the clear: '" + url + "'");
        }
    }

    private static boolean isLoopback(URI url) {
        String host = url.getHost();
        return host.equals("localhost")
                || (host.matches("[0-9.:\\[\\]]+")
                        && InetAddress.ofLiteral(host).isLoopbackAddress());
    }

    /** How the ledger and answers call it. */
    public String ledgerName() {
        return Outside.PREFIX + name;
    }

    /**
     * How the ledger calls the same answer where it was told to others who asked the same at the same time: the provider sends one bill, so nothing of
     * theirs is of its budget. It is no provider's name.
     */
    public static String sharedName(String ledgerName) {
        return ledgerName + "/shared";
    }

    /** The key as the file has it now. Keep it no longer than a request takes. */
    public String key() throws IOException {
        String key = Files.readString(keyFile).strip();
        if (key.isEmpty() || key.length() > KEY_CHARS_MAX || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IOException("the file has no key in it: one line of visible ASCII");
        }
        return key;
    }

    URI endpoint() {
        String base = url.toString().replaceFirst("/+$", "");
        return URI.create(base
                + switch (shape) {
                    case OPENAI -> "/chat/completions";
                    case ANTHROPIC -> "/v1/messages";
                });
    }
}
