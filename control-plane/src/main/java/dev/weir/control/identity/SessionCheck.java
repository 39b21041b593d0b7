package dev.weir.control.identity;

import dev.weir.control.identity.Credentials.SessionProof;
import dev.weir.control.identity.IdentityRefusal.Kind;
import dev.weir.control.identity.SessionHolder.OfKey;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Takes what the check of keys takes, and, from requests that bring nothing of that, the cookie of a browser that is signed in. */
public final class SessionCheck implements Authenticator {
    private final KeyCheck keys;
    private final @Nullable People people;
    private final Sessions sessions;
    private final Database database;
    private final EventLoops loops;

    /**
     * A check of keys, tokens and cookies.
     *
     * @param people null where no issuer vouches for any
     */
    public SessionCheck(
            KeyCheck keys, @Nullable People people, Sessions sessions, Database database, EventLoops loops) {
        this.keys = keys;
        this.people = people;
        this.sessions = sessions;
        this.database = database;
        this.loops = loops;
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
        return loops.back(database.<SessionHolder>ask(
                        () -> sessions.holderOf(session.token()).orElseThrow(SessionCheck::over)))
                .flatMap(this::callerOf);
    }

    private Mono<Caller> callerOf(SessionHolder holder) {
        return switch (holder) {
            case OfKey(String keyId) -> keys.holderOf(keyId);
            case Person person -> people == null ? Mono.error(over()) : Mono.just(people.callerOf(person));
        };
    }

    private static IdentityRefusal over() {
        return new IdentityRefusal(Kind.INVALID, "you are not signed in any more");
    }

    private static boolean isFromOurPage(SessionProof session) {
        String told = session.antiForgery();
        return told != null
                && MessageDigest.isEqual(
                        told.getBytes(StandardCharsets.UTF_8),
                        Sessions.antiForgeryOf(session.token()).getBytes(StandardCharsets.UTF_8));
    }
}
