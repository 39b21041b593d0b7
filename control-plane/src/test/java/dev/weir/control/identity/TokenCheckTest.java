package dev.weir.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.weir.control.identity.IdentityConfig.OidcConfig;
import dev.weir.control.identity.IdentityRefusal.Kind;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;

/** People's tokens, from an issuer of our own. */
class TokenCheckTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final String ISSUER = "https://issuer.test";

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final InstantSource clock = now::get;
    private final AtomicInteger fetchCount = new AtomicInteger();
    private final RSAKey signingKey = rsa("one");
    private HttpServer issuer;
    private Database database;
    private Registry registry;
    private Authenticator check;
    private Caller admin;

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", exchange -> {
            fetchCount.incrementAndGet();
            byte[] keys = new JWKSet(signingKey.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        database = new Database(TestDatabases.embedded());
        IdentityStore store = new IdentityStore(database);
        Directory directory = new Directory(store, clock, Duration.ofDays(365));
        registry = new Registry(database, store, new AuditLog(database), directory, clock, new Random(1), 10);
        directory.refresh();
        URI keys = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
        OidcConfig config = new OidcConfig(ISSUER, keys, "weir", "weir_tenant", "weir_roles", null);
        check = new KeyCheck(
                directory,
                new TokenCheck(config, 10, new People(config, directory), clock, new ReactorClientHttpConnector()),
                clock);
        admin = new Caller(directory.tenant(Tenant.DEFAULT).orElseThrow(), null, null, Set.of(Scope.values()));
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
        database.close();
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> claims) {
        return token(signingKey, claims);
    }

    private static String token(RSAKey key, UnaryOperator<JWTClaimsSet.Builder> claims) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(), claims(claims));
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> claims) {
        return claims.apply(new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .audience("weir")
                        .subject("anna")
                        .expirationTime(Date.from(START.plusSeconds(600)))
                        .claim("weir_tenant", "default"))
                .build();
    }

    private Caller caller(String token) {
        Caller caller =
                check.authenticate(new Credentials("Bearer " + token, null)).block();
        assertThat(caller).isNotNull();
        return caller;
    }

    private void assertRefused(String token, Kind kind, String reason) {
        assertThatThrownBy(() -> caller(token)).isInstanceOfSatisfying(IdentityRefusal.class, refusal -> {
            assertThat(refusal.kind()).isEqualTo(kind);
            assertThat(refusal).hasMessageContaining(reason);
        });
    }

    @Test
    void aTokenOfTheIssuerSaysWhoItIsAndWithWhichRoles() {
        Caller plain = caller(token(claims -> claims));
        assertThat(plain.userId()).isEqualTo("anna");
        assertThat(plain.tenant().id()).isEqualTo("default");
        assertThat(plain.scopes()).containsExactly(Scope.INFERENCE);
        assertThat(caller(token(claims -> claims.claim("weir_roles", List.of("Operator", "unknown"))))
                        .scopes())
                .containsExactlyInAnyOrderElementsOf(Role.OPERATOR.scopes());
        assertThat(caller(token(claims -> claims.claim("weir_roles", "viewer other")))
                        .scopes())
                .containsExactlyInAnyOrderElementsOf(Role.VIEWER.scopes());
    }

    @Test
    void aVerifiedTokenIsRememberedUntilItExpires() {
        String token = token(claims -> claims);
        caller(token);
        caller(token);
        issuer.stop(0);
        caller(token);
        assertThat(fetchCount).hasValue(1);
        now.set(START.plusSeconds(600 + 120));
        assertRefused(token, Kind.INVALID, "expired");
    }

    @Test
    void namesOfKeysThatNobodyHasMakeTheIssuerNoWork() throws Exception {
        caller(token(claims -> claims));
        for (int i = 0; i < 5; i++) {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("made-up-" + i)
                            .build(),
                    claims(claims -> claims));
            jwt.sign(new RSASSASigner(signingKey));
            assertRefused(jwt.serialize(), Kind.INVALID, "not valid");
        }
        assertThat(fetchCount).as("within five seconds").hasValueLessThanOrEqualTo(2);
    }

    @Test
    void aUserWhoIsKnownHereBelongsWhereItIsKnownToBelongAndMayBeDisabled() {
        registry.createTenant(admin, "acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY);
        User anna = registry.createUser(admin, "anna", "acme", "Anna", Role.VIEWER);
        String token = token(claims -> claims);
        assertThat(caller(token).tenant().id()).isEqualTo("acme");
        assertThat(caller(token).may(Scope.VIEW)).isTrue();
        registry.updateUser(admin, "anna", _ -> new User("anna", "acme", "Anna", Role.VIEWER, false, anna.createdAt()));
        assertRefused(token, Kind.INVALID, "anna is disabled");
    }

    @Test
    void tokensAreNotBelievedWhenNobodyCouldSayForTooLongWhoIsDisabled() {
        String token = token(claims -> claims.expirationTime(Date.from(START.plus(Duration.ofDays(1000)))));
        now.set(START.plus(Duration.ofDays(365)));
        caller(token);
        now.set(START.plus(Duration.ofDays(365)).plusMillis(1));
        assertRefused(token, Kind.UNAVAILABLE, "database");
    }

    @Test
    void whatIsWrongWithATokenIsItsSendersFault() throws Exception {
        assertRefused(token(claims -> claims.issuer("https://else.test")), Kind.INVALID, "iss");
        assertRefused(token(claims -> claims.audience("other")), Kind.INVALID, "aud");
        assertRefused(token(claims -> claims.expirationTime(null)), Kind.INVALID, "exp");
        assertRefused(
                token(claims -> claims.expirationTime(Date.from(START.minusSeconds(120)))), Kind.INVALID, "expired");
        assertRefused(token(claims -> claims.claim("weir_tenant", null)), Kind.INVALID, "weir_tenant");
        assertRefused(token(claims -> claims.claim("weir_tenant", "nobody")), Kind.INVALID, "tenant");
        assertRefused(token(claims -> claims.subject(null)), Kind.INVALID, "subject");
        assertRefused(token(claims -> claims.subject("a".repeat(129))), Kind.INVALID, "subject");
        assertRefused(token(claims -> claims.subject("a\0")), Kind.INVALID, "subject");
        assertThat(caller(token(claims -> claims.subject("a".repeat(128)))).userId())
                .hasSize(128);
        assertRefused(token(rsa("other"), claims -> claims), Kind.INVALID, "not valid");
        assertRefused("x".repeat(20_000), Kind.INVALID, "longer");
        // Signed with what everybody can fetch, as if it were a shared secret.
        SignedJWT confused = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims(claims -> claims));
        confused.sign(new MACSigner(signingKey.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8)));
        assertRefused(confused.serialize(), Kind.INVALID, "not valid");
    }

    @Test
    void thatTheIssuerDoesNotAnswerIsNotTheSendersFault() {
        issuer.stop(0);
        assertRefused(token(claims -> claims), Kind.UNAVAILABLE, "issuer");
    }
}
