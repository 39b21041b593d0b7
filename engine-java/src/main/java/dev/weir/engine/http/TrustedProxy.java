package dev.weir.engine.http;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.ServiceTerms;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Whom this engine believes about who a caller is: whoever brings the secret, which the control plane does. Then the headers below say whose
 * request it is. From anybody else they mean nothing, for a caller who could choose a tenant or a salt could spend another's share, or learn
 * from the speed of an answer what another has asked.
 */
public final class TrustedProxy {

    static final String SECRET = "x-weir-proxy-secret";
    static final String TENANT = "x-weir-tenant";
    static final String TENANT_WEIGHT = "x-weir-tenant-weight";
    static final String CACHE_SALT = "x-weir-cache-salt";
    static final String PRIORITY = "x-weir-priority";

    /** Shorter secrets can be guessed. */
    public static final int SECRET_CHARS_MIN = 16;

    private static final int SALT_CHARS_MAX = 1024;

    private final byte @Nullable [] secretDigest;

    private TrustedProxy(byte @Nullable [] secretDigest) {
        this.secretDigest = secretDigest;
    }

    /** Nobody is believed: all callers are one tenant. */
    public static TrustedProxy none() {
        return new TrustedProxy(null);
    }

    /** Whoever brings this secret is believed. */
    public static TrustedProxy withSecret(String secret) {
        if (secret.length() < SECRET_CHARS_MIN) {
            throw new IllegalArgumentException("the proxy secret has " + secret.length() + " characters, at least "
                    + SECRET_CHARS_MIN + " are needed");
        }
        return new TrustedProxy(digest(secret));
    }

    /**
     * How a request is treated. Where there is somebody to be believed, a body may only ask for less than what the request is due: a
     * proxy passes bodies on as they came.
     */
    ServiceTerms terms(HttpHeaders headers, ServiceWishes wishes) {
        String secret = headers.get(SECRET);
        if (secret == null) {
            int due = secretDigest == null ? ServiceTerms.PRIORITY_MIN : 0;
            return new ServiceTerms(
                    ServiceTerms.TENANT_DEFAULT,
                    1,
                    Math.max(wishes.priority(), due),
                    wishes.firstTokenMaxNanos(),
                    CacheSalt.NONE);
        }
        if (secretDigest == null || !MessageDigest.isEqual(secretDigest, digest(secret))) {
            // Going on without it would mix tenants that the proxy believes to be apart.
            throw new ApiException(ApiError.untrusted(
                    secretDigest == null
                            ? SECRET + " was sent, but this engine was given no proxy secret: start it with one"
                            : SECRET + " is not the secret that this engine was given"));
        }
        String tenant = text(headers, TENANT, ServiceTerms.TENANT_CHARS_MAX);
        String salt = text(headers, CACHE_SALT, SALT_CHARS_MAX);
        return new ServiceTerms(
                tenant == null ? ServiceTerms.TENANT_DEFAULT : tenant,
                integer(headers, TENANT_WEIGHT, 1, ServiceTerms.WEIGHT_MAX, 1),
                Math.max(
                        wishes.priority(),
                        integer(headers, PRIORITY, ServiceTerms.PRIORITY_MIN, ServiceTerms.PRIORITY_MAX, 0)),
                wishes.firstTokenMaxNanos(),
                salt(tenant, salt));
    }

    /** Tenants share nothing unless they are given the same salt. */
    private static CacheSalt salt(@Nullable String tenant, @Nullable String salt) {
        if (tenant == null && salt == null) {
            return CacheSalt.NONE;
        }
        ByteBuffer digest = ByteBuffer.wrap(digest(salt == null ? "tenant " + tenant : "salt " + salt));
        return new CacheSalt(digest.getLong(), digest.getLong());
    }

    private static @Nullable String text(HttpHeaders headers, String name, int charsMax) {
        String value = headers.get(name);
        if (value != null && (value.isEmpty() || value.length() > charsMax)) {
            throw new ApiException(ApiError.badField(name, name + " must have 1 to " + charsMax + " characters"));
        }
        return value;
    }

    private static int integer(HttpHeaders headers, String name, int min, int max, int absent) {
        String value = headers.get(name);
        if (value == null) {
            return absent;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below, as a number out of range is
        }
        throw new ApiException(
                ApiError.badField(name, name + " must be an integer in [" + min + ", " + max + "]: " + value));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
