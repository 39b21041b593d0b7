package dev.weir.control.identity;

import static java.util.Objects.requireNonNull;

import dev.weir.control.digest.Sha256;
import dev.weir.control.identity.IdentityConfig.BrowserConfig;
import dev.weir.control.identity.IdentityConfig.ClientSecret;
import dev.weir.control.identity.IdentityConfig.OidcConfig;
import dev.weir.control.identity.IdentityRefusal.Kind;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;

/**
 * People who sign in at their issuer: OpenID Connect's authorization code flow, with a proof key (RFC 7636).
 *
 * <p>Nothing is kept between the two halves. The browser keeps one secret, in a cookie that scripts cannot read; state, nonce and proof key
 * follow from it. So a code is taken only from the browser that asked for it, and only together with a token that was made for this very
 * sign-in; who steals a code or plants one has no such cookie.
 */
public final class BrowserSignIn {
    /** The cookie that holds the secret. */
    public static final String COOKIE = "weir_sign_in";

    private static final int SECRET_BYTES = 32;

    private final BrowserConfig config;
    private final People people;
    private final RandomGenerator random;
    private final ReactiveJwtDecoder decoder;
    private final WebClient issuer;

    /** A way in for those whom the issuer's {@code browser} settings describe; random has to be secure. */
    public BrowserSignIn(
            OidcConfig oidc,
            People people,
            InstantSource clock,
            RandomGenerator random,
            ReactorClientHttpConnector connector) {
        this.config = requireNonNull(oidc.browser(), "the issuer signs nobody's browser in");
        this.people = people;
        this.random = random;
        this.decoder = TokenCheck.decoder(oidc, config.clientId(), clock, connector);
        this.issuer = WebClient.builder().clientConnector(connector).build();
    }

    /** Where to send a browser, and what it has to keep meanwhile. The secret is never printed. */
    public record Departure(URI location, String secret) {
        @Override
        public String toString() {
            return "Departure to " + location.getHost();
        }
    }

    public Departure depart() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = base64(bytes);
        URI location = UriComponentsBuilder.fromUri(config.authorizationUrl())
                .queryParam("response_type", "code")
                .queryParam("client_id", "{client}")
                .queryParam("redirect_uri", "{redirect}")
                .queryParam("scope", "{scope}")
                .queryParam("state", derived("state", secret))
                .queryParam("nonce", derived("nonce", secret))
                .queryParam(
                        "code_challenge",
                        base64(new Sha256().add(derived("proof", secret)).bytes()))
                .queryParam("code_challenge_method", "S256")
                .encode()
                .buildAndExpand(
                        Map.of("client", config.clientId(), "redirect", config.redirectUrl(), "scope", config.scope()))
                .toUri();
        return new Departure(location, secret);
    }

    /**
     * Changes what a browser came back with into the person who it is about. Fails with {@link IdentityRefusal}.
     *
     * @param secret that the browser kept
     */
    public Mono<Person> arrive(String secret, String state, String code) {
        if (!MessageDigest.isEqual(utf8(state), utf8(derived("state", secret)))) {
            return refused("another browser, or another attempt, asked to sign in");
        }
        return tokenFor(code, derived("proof", secret))
                .flatMap(token -> decoder.decode(token).onErrorMap(TokenCheck::refusal))
                .map(jwt -> {
                    if (!derived("nonce", secret).equals(jwt.getClaimAsString("nonce"))) {
                        throw new IdentityRefusal(Kind.INVALID, "the token was made for another sign-in");
                    }
                    return people.in(jwt);
                });
    }

    /** What somebody who arrived may do. */
    public Caller callerOf(Person person) {
        return people.callerOf(person);
    }

    private Mono<String> tokenFor(String code, String proof) {
        MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
        form.add("grant_type", "authorization_code");
        form.add("code", code);
        form.add("redirect_uri", config.redirectUrl().toString());
        form.add("code_verifier", proof);
        form.add("client_id", config.clientId());
        ClientSecret secret = config.clientSecret();
        return issuer.post()
                .uri(config.tokenUrl())
                .headers(headers -> {
                    if (secret != null) {
                        headers.setBasicAuth(config.clientId(), secret.value());
                    }
                })
                .body(BodyInserters.fromFormData(form))
                .exchangeToMono(answer -> answer.statusCode().is2xxSuccessful()
                        ? answer.bodyToMono(TokenAnswer.class)
                        : answer.releaseBody()
                                .then(refused("the issuer does not take the code back: " + answer.statusCode())))
                .timeout(config.answerMax())
                .onErrorMap(failure -> failure instanceof IdentityRefusal
                        ? failure
                        : new IdentityRefusal(Kind.UNAVAILABLE, "the issuer does not answer at " + config.tokenUrl()))
                .flatMap(answer -> answer.id_token() == null
                        ? refused("the issuer gave no id_token: is `openid` among the scopes?")
                        : Mono.just(answer.id_token()));
    }

    /** As it is written on the wire. */
    private record TokenAnswer(@Nullable String id_token) {}

    private static <T> Mono<T> refused(String reason) {
        return Mono.error(new IdentityRefusal(Kind.INVALID, reason));
    }

    private static String derived(String purpose, String secret) {
        return base64(new Sha256().add(purpose + ':' + secret).bytes());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
