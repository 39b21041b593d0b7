package dev.weir.control.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.weir.control.digest.Sha256;
import dev.weir.control.identity.IdentityConfig.OidcConfig;
import dev.weir.control.identity.IdentityRefusal.Kind;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.ExchangeFunctions;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Takes tokens that the issuer has signed for us.
 *
 * <p>A token that was verified is remembered until it expires, at most for a few minutes: a signature costs fifty times as much to check as
 * a key. What may change before that, whether tenant and user are enabled, is asked of the directory every time.
 */
public final class TokenCheck {
    /** Longer tokens than any issuer makes are not worth hashing. */
    private static final int TOKEN_CHARS_MAX = 16_384;

    private static final Duration REMEMBER_MAX = Duration.ofMinutes(5);

    /** A new key of the issuer's may be unknown so long. */
    private static final Duration FETCH_EVERY = Duration.ofSeconds(5);

    private static final Duration FETCH_MAX = Duration.ofSeconds(10);

    private final People people;
    private final InstantSource clock;
    private final ReactiveJwtDecoder decoder;
    private final Cache<String, Jwt> verified;

    /** Fetches the issuer's keys over the connector when it first needs them, and again when a token names an unknown one. */
    public TokenCheck(
            OidcConfig config,
            int rememberedMax,
            People people,
            InstantSource clock,
            ReactorClientHttpConnector connector) {
        this.people = people;
        this.clock = clock;
        this.decoder = decoder(config, config.audience(), clock, connector);
        this.verified = Caffeine.newBuilder()
                .maximumSize(rememberedMax)
                .expireAfter(Expiry.creating((String _, Jwt jwt) -> remember(jwt)))
                .build();
    }

    /** Signed with a private key; a shared secret would let whoever checks tokens make them. */
    private static final List<SignatureAlgorithm> ALGORITHMS = List.of(
            SignatureAlgorithm.RS256, SignatureAlgorithm.PS256, SignatureAlgorithm.ES256, SignatureAlgorithm.ES384);

    /** Reads tokens of the issuer that are meant for the audience. */
    static ReactiveJwtDecoder decoder(
            OidcConfig config, String audience, InstantSource clock, ReactorClientHttpConnector connector) {
        NimbusReactiveJwtDecoder nimbus = NimbusReactiveJwtDecoder.withJwkSetUri(
                        config.jwksUrl().toString())
                .webClient(WebClient.builder()
                        .exchangeFunction(seldom(ExchangeFunctions.create(connector), config.jwksUrl()))
                        .build())
                .jwsAlgorithms(algorithms -> algorithms.addAll(ALGORITHMS))
                .build();
        nimbus.setJwtValidator(validator(config.issuer(), audience, clock));
        return nimbus;
    }

    /** The issuer is asked for its keys once in a while, or whoever makes up names of keys would have it asked with every token. */
    private static ExchangeFunction seldom(ExchangeFunction issuer, URI url) {
        Mono<String> keys = Mono.defer(() -> issuer.exchange(
                        ClientRequest.create(HttpMethod.GET, url).build()))
                .flatMap(answer ->
                        answer.statusCode().is2xxSuccessful() ? answer.bodyToMono(String.class) : answer.createError())
                .timeout(FETCH_MAX)
                .cache(_ -> FETCH_EVERY, _ -> Duration.ZERO, () -> Duration.ZERO);
        return _ -> keys.map(text -> ClientResponse.create(HttpStatus.OK)
                .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
                .body(text)
                .build());
    }

    private static OAuth2TokenValidator<Jwt> validator(String issuer, String audience, InstantSource clock) {
        JwtTimestampValidator timestamps = new JwtTimestampValidator();
        timestamps.setClock(clock.withZone(ZoneOffset.UTC));
        return new DelegatingOAuth2TokenValidator<>(
                timestamps,
                new JwtIssuerValidator(issuer),
                new JwtClaimValidator<Instant>("exp", expires -> expires != null),
                new JwtClaimValidator<Collection<String>>("aud", meant -> meant != null && meant.contains(audience)));
    }

    Mono<Caller> check(String token) {
        if (token.length() > TOKEN_CHARS_MAX) {
            return Mono.error(
                    new IdentityRefusal(Kind.INVALID, "the token is longer than " + TOKEN_CHARS_MAX + " characters"));
        }
        String digest = Sha256.hexOf(token);
        Jwt known = verified.getIfPresent(digest);
        if (known != null && isValid(known)) {
            return Mono.fromCallable(() -> people.callerOf(people.in(known)));
        }
        return decoder.decode(token)
                .onErrorMap(TokenCheck::refusal)
                .doOnNext(jwt -> verified.put(digest, jwt))
                .map(jwt -> people.callerOf(people.in(jwt)));
    }

    private boolean isValid(Jwt jwt) {
        Instant expires = jwt.getExpiresAt();
        return expires != null && clock.instant().isBefore(expires);
    }

    private Duration remember(Jwt jwt) {
        Instant expires = jwt.getExpiresAt();
        Duration left = expires == null ? Duration.ZERO : Duration.between(clock.instant(), expires);
        return left.isNegative() ? Duration.ZERO : left.compareTo(REMEMBER_MAX) < 0 ? left : REMEMBER_MAX;
    }

    /** What is wrong with a token is its sender's fault; that nobody can say is not. */
    static IdentityRefusal refusal(Throwable failure) {
        return failure instanceof BadJwtException bad
                ? new IdentityRefusal(Kind.INVALID, "the token is not valid: " + bad.getMessage())
                : new IdentityRefusal(Kind.UNAVAILABLE, "the token cannot be checked now: its issuer does not answer");
    }
}
