package dev.weir.control.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a request says of who sends it. Never printed. */
public record Credentials(
        @Nullable String authorization, @Nullable String apiKey) {
    private static final String BEARER = "Bearer ";

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
