package dev.weir.control.identity;

import dev.weir.control.identity.IdentityRefusal.Kind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Takes keys of ours and, where an issuer is configured, people's tokens. */
public final class KeyCheck implements Authenticator {
    private final Directory directory;
    private final @Nullable TokenCheck tokens;
    private final InstantSource clock;

    /** Refuses tokens where nobody checks them. */
    public KeyCheck(Directory directory, @Nullable TokenCheck tokens, InstantSource clock) {
        this.directory = directory;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public Mono<Caller> authenticate(Credentials credentials) {
        Optional<String> token = credentials.token();
        if (token.isEmpty()) {
            return refuse(Kind.NO_CREDENTIALS, "no API key was given: send `authorization: Bearer wk-...`");
        }
        Optional<KeyText> key = KeyText.parse(token.get());
        if (key.isPresent()) {
            return byKey(key.get());
        }
        return tokens == null || token.get().startsWith("wk-")
                ? refuse(Kind.INVALID, "this is not an API key of Weir: they begin with `wk-`")
                : tokens.check(token.get());
    }

    private Mono<Caller> byKey(KeyText text) {
        Optional<ApiKey> found =
                directory.key(text.id()).filter(key -> key.hash().matches(text.secret()));
        return found.isEmpty() ? refuse(Kind.INVALID, "there is no such API key") : holderOf(found.get());
    }

    /** Who holds the key that is known to be held. */
    Mono<Caller> holderOf(String keyId) {
        return directory
                .key(keyId)
                .map(this::holderOf)
                .orElseGet(() -> refuse(Kind.INVALID, "the key that was signed in with does not exist any more"));
    }

    private Mono<Caller> holderOf(ApiKey key) {
        Instant now = clock.instant();
        String shown = KeyText.shown(key.id());
        if (key.revokedAt() != null) {
            return refuse(Kind.INVALID, "the API key " + shown + " was revoked");
        }
        if (key.isExpired(now)) {
            return refuse(Kind.INVALID, "the API key " + shown + " expired at " + key.expiresAt());
        }
        if (directory.isStale()) {
            return refuse(Kind.UNAVAILABLE, "keys cannot be checked now: the database does not answer");
        }
        Optional<Tenant> tenant = directory.tenant(key.tenantId()).filter(Tenant::enabled);
        if (tenant.isEmpty()) {
            return refuse(Kind.INVALID, "the tenant " + key.tenantId() + " is disabled");
        }
        String userId = key.userId();
        if (userId != null && directory.user(userId).filter(User::enabled).isEmpty()) {
            return refuse(Kind.INVALID, "the user " + userId + " is disabled");
        }
        return Mono.just(new Caller(tenant.get(), userId, key.id(), key.scopes()));
    }

    private static Mono<Caller> refuse(Kind kind, String message) {
        return Mono.error(new IdentityRefusal(kind, message));
    }
}
