package dev.weir.control.admin;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.BrowserSignIn;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.IdentityRefusal;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.SessionHolder;
import dev.weir.control.identity.Sessions;
import dev.weir.control.storage.Database;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/**
 * Signs browsers in and out, by a key or at an issuer. A key is typed once and leaves no trace there, an issuer's token never gets there:
 * what stays is a cookie that scripts cannot read.
 */
@RestController
public final class SessionEndpoints {
    private static final Logger log = LoggerFactory.getLogger(SessionEndpoints.class);
    private static final String PATH = "/ui/session";
    private static final String ISSUER_PATH = PATH + "/oidc";

    /** Long enough to find one's second factor. */
    private static final Duration AT_ISSUER_MAX = Duration.ofMinutes(10);

    private final Authenticator authenticator;
    private final @Nullable BrowserSignIn issuer;
    private final Sessions sessions;
    private final Database database;

    /**
     * Endpoints for browsers.
     *
     * @param issuer where people can sign in, if anywhere
     */
    public SessionEndpoints(
            Authenticator authenticator, @Nullable BrowserSignIn issuer, Sessions sessions, Database database) {
        this.authenticator = authenticator;
        this.issuer = issuer;
        this.sessions = sessions;
        this.database = database;
    }

    /** A key of somebody who may see the administration. */
    public record SignIn(String key) {
        @Override
        public String toString() {
            return "SignIn";
        }
    }

    /**
     * Who uses the browser.
     *
     * @param csrf what the header {@code weir-csrf} of every change has to say; null where nobody is asked who they are
     * @param singleSignOn whether people can sign in at their issuer
     */
    public record SessionStatus(
            boolean signedIn,
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            List<String> scopes,
            @Nullable String csrf,
            boolean singleSignOn) {}

    private SessionStatus nobody() {
        return new SessionStatus(false, null, null, null, List.of(), null, issuer != null);
    }

    private SessionStatus statusOf(Caller caller, @Nullable String csrf) {
        return new SessionStatus(
                true,
                caller.tenant().id(),
                caller.userId(),
                caller.keyId(),
                caller.scopes().stream().sorted().map(Scope::text).toList(),
                csrf,
                issuer != null);
    }

    /** Nobody is an answer here, and no failure. */
    @GetMapping(PATH)
    Mono<SessionStatus> session(ServerHttpRequest request) {
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        return authenticator
                .authenticate(Credentials.of(request))
                .map(caller -> statusOf(
                        caller,
                        cookie == null || (caller.keyId() == null && caller.userId() == null)
                                ? null
                                : Sessions.antiForgeryOf(cookie.getValue())))
                .onErrorResume(
                        IdentityRefusal.class,
                        refusal -> refusal.kind() == IdentityRefusal.Kind.UNAVAILABLE
                                ? Mono.error(refusal)
                                : Mono.just(nobody()));
    }

    @PostMapping(PATH)
    Mono<ResponseEntity<SessionStatus>> signIn(@RequestBody SignIn order, ServerHttpRequest request) {
        return authenticator
                .authenticate(new Credentials("Bearer " + order.key().strip(), null))
                .flatMap(caller -> {
                    caller.require(Scope.VIEW);
                    String keyId = caller.keyId();
                    if (keyId == null) {
                        throw new ResponseStatusException(
                                HttpStatus.BAD_REQUEST, "browsers sign in with a key of Weir");
                    }
                    return database.<Sessions.Begun>ask(() -> sessions.begin(new SessionHolder.OfKey(keyId)))
                            .map(begun -> ResponseEntity.ok()
                                    .header(
                                            HttpHeaders.SET_COOKIE,
                                            cookie(begun.token(), begun.lifetime(), request)
                                                    .toString())
                                    .body(statusOf(caller, begun.antiForgery())));
                });
    }

    /** To the issuer, where somebody shows who they are. */
    @GetMapping(ISSUER_PATH)
    ResponseEntity<Void> toIssuer(ServerHttpRequest request) {
        BrowserSignIn.Departure departure = requireIssuer().depart();
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(departure.location())
                .header(
                        HttpHeaders.SET_COOKIE,
                        atIssuer(departure.secret(), AT_ISSUER_MAX, request).toString())
                .build();
    }

    /** Back from there: with a code, or with the reason why there is none. */
    @GetMapping(ISSUER_PATH + "/return")
    Mono<ResponseEntity<Void>> fromIssuer(
            @RequestParam Optional<String> code, @RequestParam Optional<String> state, ServerHttpRequest request) {
        BrowserSignIn signIn = requireIssuer();
        HttpCookie secret = request.getCookies().getFirst(BrowserSignIn.COOKIE);
        if (code.isEmpty() || state.isEmpty()) {
            return Mono.just(arrived("/ui/?refused=issuer", null, request));
        }
        if (secret == null) {
            return Mono.just(arrived("/ui/?refused=late", null, request));
        }
        return signIn.arrive(secret.getValue(), state.get(), code.get())
                .flatMap(person -> {
                    signIn.callerOf(person).require(Scope.VIEW);
                    return database.<Sessions.Begun>ask(() -> sessions.begin(person));
                })
                .map(begun -> arrived("/ui/", begun, request))
                .onErrorResume(IdentityRefusal.class, refusal -> {
                    log.warn("somebody who came from the issuer was not signed in: {}", refusal.getMessage());
                    return Mono.just(arrived("/ui/?refused=" + code(refusal), null, request));
                });
    }

    /** What the page tells in its own words; the log has ours. */
    private static String code(IdentityRefusal refusal) {
        return switch (refusal.kind()) {
            case MISSING_SCOPE -> "role";
            case UNAVAILABLE -> "silent";
            case INVALID, NO_CREDENTIALS -> "unknown";
        };
    }

    private BrowserSignIn requireIssuer() {
        if (issuer == null) {
            throw new ResponseStatusException(
                    HttpStatus.NOT_FOUND, "nobody signs in elsewhere: weir.identity.oidc.browser is not set");
        }
        return issuer;
    }

    private static ResponseEntity<Void> arrived(
            String location, Sessions.@Nullable Begun begun, ServerHttpRequest request) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(HttpStatus.FOUND)
                .location(URI.create(location))
                .header(
                        HttpHeaders.SET_COOKIE,
                        atIssuer("", Duration.ZERO, request).toString());
        if (begun != null) {
            answer.header(
                    HttpHeaders.SET_COOKIE,
                    cookie(begun.token(), begun.lifetime(), request).toString());
        }
        return answer.build();
    }

    /** Lax, since the issuer's page is another site's, from where a strict one would not come back with the browser. */
    private static ResponseCookie atIssuer(String secret, Duration lifetime, ServerHttpRequest request) {
        return ResponseCookie.from(BrowserSignIn.COOKIE, secret)
                .httpOnly(true)
                .sameSite("Lax")
                .secure(isEncrypted(request))
                .path(ISSUER_PATH)
                .maxAge(lifetime)
                .build();
    }

    /** From now on, on every replica, the cookie stands for nobody. */
    @DeleteMapping(PATH)
    Mono<ResponseEntity<SessionStatus>> signOut(ServerHttpRequest request) {
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        ResponseEntity<SessionStatus> gone = ResponseEntity.ok()
                .header(
                        HttpHeaders.SET_COOKIE,
                        cookie("", Duration.ZERO, request).toString())
                .body(nobody());
        if (cookie == null) {
            return Mono.just(gone);
        }
        return authenticator
                .authenticate(Credentials.of(request))
                .flatMap(_ -> database.<ResponseEntity<SessionStatus>>ask(() -> {
                    sessions.end(cookie.getValue());
                    return gone;
                }));
    }

    private static ResponseCookie cookie(String value, Duration lifetime, ServerHttpRequest request) {
        return ResponseCookie.from(Sessions.COOKIE, value)
                .httpOnly(true)
                .sameSite("Strict")
                .secure(isEncrypted(request))
                .path("/")
                .maxAge(lifetime)
                .build();
    }

    /** To us, or to the proxy before us; a claim that is not true only keeps the cookie back. */
    private static boolean isEncrypted(ServerHttpRequest request) {
        return "https".equals(request.getURI().getScheme())
                || "https".equals(request.getHeaders().getFirst("x-forwarded-proto"));
    }
}
