package dev.weir.control.admin;

import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Credentials;
import dev.weir.control.identity.IdentityRefusal;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Sessions;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Signs browsers in and out. A key is typed once and leaves no trace there: what stays is a cookie that scripts cannot read. */
@RestController
public final class SessionEndpoints {
    private static final String PATH = "/ui/session";

    private final Authenticator authenticator;
    private final Sessions sessions;
    private final Database database;

    public SessionEndpoints(Authenticator authenticator, Sessions sessions, Database database) {
        this.authenticator = authenticator;
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
     */
    public record SessionStatus(
            boolean signedIn,
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            List<String> scopes,
            @Nullable String csrf) {
        static final SessionStatus NOBODY = new SessionStatus(false, null, null, null, List.of(), null);

        static SessionStatus of(Caller caller, @Nullable String csrf) {
            return new SessionStatus(
                    true,
                    caller.tenant().id(),
                    caller.userId(),
                    caller.keyId(),
                    caller.scopes().stream().sorted().map(Scope::text).toList(),
                    csrf);
        }
    }

    /** Nobody is an answer here, and no failure. */
    @GetMapping(PATH)
    Mono<SessionStatus> session(ServerHttpRequest request) {
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        return authenticator
                .authenticate(Credentials.of(request))
                .map(caller -> SessionStatus.of(
                        caller,
                        caller.keyId() == null || cookie == null ? null : Sessions.antiForgeryOf(cookie.getValue())))
                .onErrorResume(
                        IdentityRefusal.class,
                        refusal -> refusal.kind() == IdentityRefusal.Kind.UNAVAILABLE
                                ? Mono.error(refusal)
                                : Mono.just(SessionStatus.NOBODY));
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
                    return database.<Sessions.Begun>ask(() -> sessions.begin(keyId))
                            .map(begun -> ResponseEntity.ok()
                                    .header(
                                            HttpHeaders.SET_COOKIE,
                                            cookie(begun.token(), begun.lifetime(), request)
                                                    .toString())
                                    .body(SessionStatus.of(caller, begun.antiForgery())));
                });
    }

    /** From now on, on every replica, the cookie stands for nobody. */
    @DeleteMapping(PATH)
    Mono<ResponseEntity<SessionStatus>> signOut(ServerHttpRequest request) {
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        ResponseEntity<SessionStatus> gone = ResponseEntity.ok()
                .header(
                        HttpHeaders.SET_COOKIE,
                        cookie("", Duration.ZERO, request).toString())
                .body(SessionStatus.NOBODY);
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
