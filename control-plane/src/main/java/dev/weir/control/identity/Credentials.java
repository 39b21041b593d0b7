package dev.weir.control.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** What a request says of who sends it. Never printed. */
public record Credentials(
        @Nullable String authorization,
        @Nullable String apiKey,
        @Nullable SessionProof session) {
    private static final String BEARER = "Bearer ";

    /**
     * What a browser sends.
     *
     * @param token its cookie
     * @param antiForgery what only a page of ours can know and send beside the cookie
     * @param changesNothing whether the request is of a kind that needs no such proof
     */
    record SessionProof(String token, @Nullable String antiForgery, boolean changesNothing) {
        @Override
        public String toString() {
            return "SessionProof";
        }
    }

    public Credentials(@Nullable String authorization, @Nullable String apiKey) {
        this(authorization, apiKey, null);
    }

    public static Credentials of(ServerHttpRequest request) {
        HttpHeaders headers = request.getHeaders();
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        HttpMethod method = request.getMethod();
        boolean changesNothing = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        return new Credentials(
                headers.getFirst(HttpHeaders.AUTHORIZATION),
                headers.getFirst("x-api-key"),
                cookie == null
                        ? null
                        : new SessionProof(
                                cookie.getValue(), headers.getFirst(Sessions.ANTI_FORGERY_HEADER), changesNothing));
    }

    /** OpenAI's clients send a bearer token, Anthropic's a header of its own. */
    Optional<String> token() {
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(authorization.substring(BEARER.length()).strip());
        }
        return Optional.ofNullable(apiKey).map(String::strip);
    }

    @Override
    public String toString() {
        return "Credentials";
    }
}
