package dev.weir.control.identity;

import dev.weir.control.digest.Sha256;
import dev.weir.control.identity.SessionHolder.OfKey;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that are signed in. A session stands for a key or a person and can do what they can, as long as they can: it ends with the key,
 * when its holder signs out, or when its time is over. All replicas share them.
 *
 * <p>The browser holds a token in a cookie that scripts cannot read. What changes something must also bring a second text that follows from
 * the token; only pages of ours are told it, so that another site's page, which can make the browser send the cookie, can do nothing.
 */
public final class Sessions {
    /** The cookie's name. */
    public static final String COOKIE = "weir_session";

    /** The header that carries the second text. */
    public static final String ANTI_FORGERY_HEADER = "weir-csrf";

    private static final int TOKEN_BYTES = 32;

    /** Of one key or person; the oldest end first, so that nobody fills the table by signing in. */
    private static final int PER_HOLDER_MAX = 32;

    private final Database database;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Duration lifetime;

    /** Makes tokens out of what {@code random} gives, which has to be secure. */
    public Sessions(Database database, InstantSource clock, RandomGenerator random, Duration lifetime) {
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.lifetime = lifetime;
    }

    /** A session that has just begun: the only moment at which its token is known. Never printed. */
    public record Begun(String token, Duration lifetime) {
        /** The second text. */
        public String antiForgery() {
            return antiForgeryOf(token);
        }

        @Override
        public String toString() {
            return "Begun";
        }
    }

    /** Signs somebody in. Waits for the database. */
    public Begun begin(SessionHolder holder) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        database.inTransaction(() -> {
            database.jdbc()
                    .sql("delete from ui_session where expires_at <= ?")
                    .param(IdentityStore.stored(now))
                    .update();
            endOldest(holder);
            return insert(holder, digest("session", token), now);
        });
        return new Begun(token, lifetime);
    }

    private void endOldest(SessionHolder holder) {
        String of = switch (holder) {
            case OfKey _ -> "api_key";
            case Person _ -> "subject";
        };
        database.jdbc()
                .sql("delete from ui_session where token_hash in (select token_hash from ui_session where " + of
                        + " = ? order by created_at desc offset " + (PER_HOLDER_MAX - 1) + " rows)")
                .param(
                        switch (holder) {
                            case OfKey(String keyId) -> keyId;
                            case Person person -> person.subject();
                        })
                .update();
    }

    private int insert(SessionHolder holder, String tokenHash, Instant now) {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("hash", tokenHash);
        row.put("now", IdentityStore.stored(now));
        row.put("end", IdentityStore.stored(now.plus(lifetime)));
        row.put("key", holder instanceof OfKey(String keyId) ? keyId : null);
        Person person = holder instanceof Person somebody ? somebody : null;
        row.put("subject", person == null ? null : person.subject());
        row.put("tenant", person == null ? null : person.tenantId());
        row.put("roles", person == null ? null : Role.write(person.roles()));
        return database.jdbc()
                .sql("insert into ui_session (token_hash, created_at, expires_at, api_key, subject, tenant, roles)"
                        + " values (:hash, :now, :end, :key, :subject, :tenant, :roles)")
                .params(row)
                .update();
    }

    /** Whom a token stands for now. Waits for the database. */
    Optional<SessionHolder> holderOf(String token) {
        return database.jdbc()
                .sql("select api_key, subject, tenant, roles from ui_session where token_hash = ? and expires_at > ?")
                .param(digest("session", token))
                .param(IdentityStore.stored(clock.instant()))
                .<SessionHolder>query((row, _) -> row.getString("api_key") != null
                        ? new OfKey(row.getString("api_key"))
                        : new Person(
                                row.getString("subject"), row.getString("tenant"), Role.read(row.getString("roles"))))
                .optional();
    }

    /** Signs out; a token that stands for nothing goes on doing so. Waits for the database. */
    public void end(String token) {
        database.jdbc()
                .sql("delete from ui_session where token_hash = ?")
                .param(digest("session", token))
                .update();
    }

    /** The second text of the session with this token. */
    public static String antiForgeryOf(String token) {
        return digest("anti-forgery", token);
    }

    private static String digest(String purpose, String token) {
        return Sha256.hexOf(purpose + ':' + token);
    }
}
