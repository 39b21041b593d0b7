package dev.weir.engine.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may change what is served: whoever brings the admin token, and programs on this machine.
 *
 * <p>A connection from the loopback address alone says little: a browser on this machine opens one for any page that asks, and a reverse
 * proxy for anybody. So without the token, the request must also name this machine as its host and bear no sign of a page or a proxy.
 */
public final class AdminGuard {

    /** Shorter tokens can be guessed. */
    public static final int TOKEN_CHARS_MIN = 16;

    private static final String BEARER = "bearer ";
    private static final List<String> SIGNS_OF_A_PAGE_OR_PROXY =
            List.of("origin", "sec-fetch-site", "forwarded", "x-forwarded-for", "x-real-ip", "via");
    private static final List<String> LOOPBACK_NAMES = List.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final byte @Nullable [] tokenDigest;

    private AdminGuard(byte @Nullable [] tokenDigest) {
        this.tokenDigest = tokenDigest;
    }

    /** Lets in this machine's programs only. */
    public static AdminGuard loopbackOnly() {
        return new AdminGuard(null);
    }

    /** Lets in whoever brings this token, too. */
    public static AdminGuard withToken(String token) {
        if (token.length() < TOKEN_CHARS_MIN) {
            throw new IllegalArgumentException("the admin token has " + token.length() + " characters, at least "
                    + TOKEN_CHARS_MIN + " are needed");
        }
        return new AdminGuard(digest(token));
    }

    /** The endpoint, for those who may. */
    Router.Endpoint guard(Router.Endpoint endpoint) {
        return (request, exchange) -> {
            Optional<String> refusal = refusal(request.headers(), exchange.peer());
            if (refusal.isPresent()) {
                exchange.fail(ApiError.forbidden(refusal.get()));
            } else {
                endpoint.handle(request, exchange);
            }
        };
    }

    /** Why this caller may not; empty where it may. */
    Optional<String> refusal(HttpHeaders headers, @Nullable InetAddress peer) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        if (authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return isToken(authorization.substring(BEARER.length()).strip())
                    ? Optional.empty()
                    : Optional.of("the bearer token is not this engine's admin token");
        }
        if (peer == null || !peer.isLoopbackAddress()) {
            return Optional.of(
                    tokenDigest == null
                            ? "only programs on the engine's machine may do this: give the engine an admin token to allow it"
                                    + " from elsewhere"
                            : "only programs on the engine's machine may do this without the admin token: send it as"
                                    + " Authorization: Bearer TOKEN");
        }
        return SIGNS_OF_A_PAGE_OR_PROXY.stream()
                .filter(headers::contains)
                .findFirst()
                .map(header -> "a request with the header " + header + ", as browsers and proxies send it, needs the"
                        + " admin token")
                .or(() -> foreignHost(headers));
    }

    /** A page whose name was made to resolve to this machine still names itself. */
    private static Optional<String> foreignHost(HttpHeaders headers) {
        String host = headers.get(HttpHeaderNames.HOST, "localhost");
        String name = host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        return LOOPBACK_NAMES.contains(name)
                ? Optional.empty()
                : Optional.of("the request's host is " + host + ", not this machine: without the admin token, call it"
                        + " localhost or 127.0.0.1");
    }

    /** Takes as long for a token that is wrong in its first character as for one that is wrong in its last. */
    private boolean isToken(String presented) {
        return tokenDigest != null && MessageDigest.isEqual(tokenDigest, digest(presented));
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
