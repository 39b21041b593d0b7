package dev.weir.engine;

import dev.weir.engine.http.TrustedProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says whom the engine believes about who its callers are. */
final class ProxyOptions {

    /** Where the secret may be given without showing in the list of processes. */
    static final String SECRET_VARIABLE = "WEIR_PROXY_SECRET";

    @Option(
            names = "--trusted-proxy-secret-file",
            paramLabel = "FILE",
            description = "A file with the secret by which the control plane proves what it says about tenants (or set "
                    + SECRET_VARIABLE + ").")
    private @Nullable Path secretFile;

    TrustedProxy trustedProxy() {
        Path file = secretFile;
        String secret;
        if (file == null) {
            secret = System.getenv(SECRET_VARIABLE);
        } else {
            try {
                secret = Files.readString(file).strip();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "--trusted-proxy-secret-file " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return secret == null || (file == null && secret.isBlank())
                ? TrustedProxy.none()
                : TrustedProxy.withSecret(secret);
    }
}
