package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Browsers that are signed in. A session stands for a key and can do what that key can, as long as it can: it ends with the key, when its
 * holder signs out, or when its time is over. All replicas share them.
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

    /** Of one key; the oldest end first, so that nobody fills the table by signing in. */
    private static final int PER_KEY_MAX = 32;

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

    /** Signs a key's holder in. Waits for the database. */
    public Begun begin(String keyId) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        database.inTransaction(() -> {
            database.jdbc()
                    .sql("delete from ui_session where expires_at <= ?")
                    .param(IdentityStore.stored(now))
                    .update();
            database.jdbc()
                    .sql(
                            "delete from ui_session where token_hash in (select token_hash from ui_session where api_key = ?"
                                    + " order by created_at desc offset " + (PER_KEY_MAX - 1) + " rows)")
                    .param(keyId)
                    .update();
            return database.jdbc()
                    .sql("insert into ui_session (token_hash, api_key, created_at, expires_at) values (?, ?, ?, ?)")
                    .params(
                            digest("session", token),
                            keyId,
                            IdentityStore.stored(now),
                            IdentityStore.stored(now.plus(lifetime)))
                    .update();
        });
        return new Begun(token, lifetime);
    }

    /** The key that a token stands for now. Waits for the database. */
    Optional<String> keyOf(String token) {
        return database.jdbc()
                .sql("select api_key from ui_session where token_hash = ? and expires_at > ?")
                .param(digest("session", token))
                .param(IdentityStore.stored(clock.instant()))
                .query(String.class)
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
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest((purpose + ':' + token).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
