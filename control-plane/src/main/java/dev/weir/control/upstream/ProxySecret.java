package dev.weir.control.upstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What proves to an engine that it is the control plane that speaks, and so may say whose a request is. Never printed. */
public record ProxySecret(String value) {
    /** The engine's variable of this name holds the same. */
    public static final String VARIABLE = "WEIR_PROXY_SECRET";

    /** As the engine demands: shorter secrets can be guessed. */
    private static final int CHARS_MIN = 16;

    private static final int RANDOM_BYTES = 32;

    public ProxySecret {
        if (value.length() < CHARS_MIN || !value.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "the proxy secret must have at least " + CHARS_MIN + " characters, all visible ASCII");
        }
    }

    /** One that nobody has had before. */
    public static ProxySecret random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new ProxySecret(HexFormat.of().formatHex(bytes));
    }

    /** What the file says, less the white space around it. */
    public static ProxySecret read(Path file) throws IOException {
        return new ProxySecret(Files.readString(file).strip());
    }

    @Override
    public String toString() {
        return "ProxySecret";
    }
}
