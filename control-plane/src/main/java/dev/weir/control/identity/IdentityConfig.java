package dev.weir.control.identity;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may ask.
 *
 * @param insecureNoAuth everybody is an administrator: for one person on one machine, and only on its loopback address
 * @param refreshEvery pause between two questions for what changed; the longest that a revoked key lives on
 * @param staleMax without an answer, until keys are not believed any more
 * @param keysMax that there can be, which bounds the memory that they take
 * @param tokensCachedMax verified tokens that are remembered
 * @param sessionMax how long a browser stays signed in
 * @param oidc where people's tokens come from, if they are to be taken
 */
public record IdentityConfig(
        @DefaultValue("false") boolean insecureNoAuth,
        @DefaultValue("250ms") Duration refreshEvery,
        @DefaultValue("5m") Duration staleMax,
        @DefaultValue("100000") int keysMax,
        @DefaultValue("10000") int tokensCachedMax,
        @DefaultValue("12h") Duration sessionMax,
        @Nullable OidcConfig oidc) {

    /**
     * The issuer of people's tokens.
     *
     * @param issuer as tokens must name it
     * @param jwksUrl where its public keys are
     * @param audience that tokens must be meant for
     * @param tenantClaim names the tenant; without it a token's user must be known here
     * @param rolesClaim names the roles: viewer, operator, admin
     * @param browser how people sign in there with their browsers, if they may
     */
    public record OidcConfig(
            String issuer,
            URI jwksUrl,
            String audience,
            @DefaultValue("weir_tenant") String tenantClaim,
            @DefaultValue("weir_roles") String rolesClaim,
            @Nullable BrowserConfig browser) {}

    /**
     * What the issuer knows Weir's user interface as.
     *
     * @param clientSecret where the issuer gave one; without, the proof key alone shows that it is us who ask
     * @param authorizationUrl where browsers are sent
     * @param tokenUrl where we change a code into a token
     * @param redirectUrl where the issuer sends browsers back to: {@code https://HOST/ui/session/oidc/return}
     * @param answerMax until the issuer counts as silent
     */
    public record BrowserConfig(
            String clientId,
            @Nullable ClientSecret clientSecret,
            URI authorizationUrl,
            URI tokenUrl,
            URI redirectUrl,
            @DefaultValue("openid") String scope,
            @DefaultValue("10s") Duration answerMax) {
        public BrowserConfig {
            requirePositive("oidc.browser.answer-max", answerMax);
        }
    }

    /** Never printed. */
    public record ClientSecret(String value) {
        @Override
        public String toString() {
            return "ClientSecret";
        }
    }

    public IdentityConfig {
        requirePositive("refresh-every", refreshEvery);
        requirePositive("stale-max", staleMax);
        requirePositive("session-max", sessionMax);
        if (keysMax < 1 || tokensCachedMax < 1) {
            throw new IllegalArgumentException(
                    "weir.identity.keys-max and weir.identity.tokens-cached-max are at least 1");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("weir.identity." + name + " must be longer than nothing: " + value);
        }
    }
}
