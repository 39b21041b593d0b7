package dev.weir.control.identity;

import dev.weir.control.identity.Credentials.SessionProof;
import dev.weir.control.identity.IdentityRefusal.Kind;
import dev.weir.control.storage.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import reactor.core.publisher.Mono;

/** Takes what the check of keys takes, and, from requests that bring nothing of that, the cookie of a browser that is signed in. */
public final class SessionCheck implements Authenticator {
    private final KeyCheck keys;
    private final Sessions sessions;
    private final Database database;

    public SessionCheck(KeyCheck keys, Sessions sessions, Database database) {
        this.keys = keys;
        this.sessions = sessions;
        this.database = database;
    }

    @Override
    public Mono<Caller> authenticate(Credentials credentials) {
        SessionProof session = credentials.session();
        if (session == null || credentials.token().isPresent()) {
            return keys.authenticate(credentials);
        }
        if (!session.changesNothing() && !isFromOurPage(session)) {
            return Mono.error(new IdentityRefusal(
                    Kind.INVALID,
                    "a signed-in browser must send the header " + Sessions.ANTI_FORGERY_HEADER
                            + " with what it changes"));
        }
        return database.ask(() -> sessions.keyOf(session.token())
                        .orElseThrow(() -> new IdentityRefusal(Kind.INVALID, "you are not signed in any more")))
                .flatMap(keys::holderOf);
    }

    private static boolean isFromOurPage(SessionProof session) {
        String told = session.antiForgery();
        return told != null
                && MessageDigest.isEqual(
                        told.getBytes(StandardCharsets.UTF_8),
                        Sessions.antiForgeryOf(session.token()).getBytes(StandardCharsets.UTF_8));
    }
}
