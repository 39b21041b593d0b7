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
     */
    public record OidcConfig(
            String issuer,
            URI jwksUrl,
            String audience,
            @DefaultValue("weir_tenant") String tenantClaim,
            @DefaultValue("weir_roles") String rolesClaim) {}

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
