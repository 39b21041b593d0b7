package dev.weir.control;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** An issuer of OpenID Connect, as large as a sign-in needs: a page with a link for each person, codes, and signed tokens. */
final class LocalIssuer implements AutoCloseable {
    private static final String CLIENT = "weir-ui";
    private static final String SECRET = "of-the-client";

    /** Who can sign in, and what the issuer says that they are. */
    private static final Map<String, String> ROLES = Map.of("anna", "operator", "bert", "", "carla", "viewer");

    private final HttpServer server;
    private final RSAKey key;
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();

    private record Grant(String subject, String challenge, String nonce, String redirect) {}

    LocalIssuer() throws IOException {
        try {
            key = new RSAKeyGenerator(2048).keyID("one").generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/keys",
                exchange -> answer(exchange, 200, "application/json", new JWKSet(key.toPublicJWK()).toString()));
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.start();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** What {@code weir.identity.oidc} has to be for a Weir that browsers reach there, as YAML in one line. */
    String configuration(URI weir) {
        return "{issuer: \"%s\", jwks-url: \"%s\", audience: weir, browser: {client-id: %s, client-secret: %s,"
                        .formatted(url(""), url("/keys"), CLIENT, SECRET)
                + " authorization-url: \"%s\", token-url: \"%s\", redirect-url: \"%s\"}}"
                        .formatted(url("/authorize"), url("/token"), weir.resolve("/ui/session/oidc/return"));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        MultiValueMap<String, String> asked =
                parameters(exchange.getRequestURI().getRawQuery());
        boolean isComplete = "code".equals(asked.getFirst("response_type"))
                && "S256".equals(asked.getFirst("code_challenge_method"))
                && CLIENT.equals(asked.getFirst("client_id"))
                && "openid".equals(asked.getFirst("scope"));
        if (!isComplete) {
            answer(exchange, 400, "text/plain", "not a question for a code: " + asked);
            return;
        }
        String redirect = String.valueOf(asked.getFirst("redirect_uri"));
        StringBuilder page = new StringBuilder("<title>Who are you?</title><h1>Who are you?</h1>");
        for (String subject : ROLES.keySet().stream().sorted().toList()) {
            String code = UUID.randomUUID().toString();
            grants.put(
                    code,
                    new Grant(
                            subject,
                            String.valueOf(asked.getFirst("code_challenge")),
                            String.valueOf(asked.getFirst("nonce")),
                            redirect));
            page.append("<p><a href=\"%s?code=%s&amp;state=%s\">%s</a>"
                    .formatted(redirect, code, asked.getFirst("state"), subject));
        }
        answer(exchange, 200, "text/html", page.toString());
    }

    private void token(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        MultiValueMap<String, String> asked = parameters(form);
        Grant grant = grants.remove(String.valueOf(asked.getFirst("code")));
        String basic =
                "Basic " + Base64.getEncoder().encodeToString((CLIENT + ":" + SECRET).getBytes(StandardCharsets.UTF_8));
        if (grant == null
                || !basic.equals(exchange.getRequestHeaders().getFirst("authorization"))
                || !grant.challenge().equals(challenge(String.valueOf(asked.getFirst("code_verifier"))))
                || !form.contains("grant_type=authorization_code")) {
            answer(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        answer(
                exchange,
                200,
                "application/json",
                "{\"token_type\":\"Bearer\",\"access_token\":\"opaque\",\"id_token\":\"" + idToken(grant) + "\"}");
    }

    private static MultiValueMap<String, String> parameters(String encoded) {
        MultiValueMap<String, String> parameters = new LinkedMultiValueMap<>();
        for (String pair : encoded.split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.add(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private String idToken(Grant grant) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(url(""))
                .audience(CLIENT)
                .subject(grant.subject())
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .claim("nonce", grant.nonce())
                .claim("weir_tenant", "default")
                .claim("weir_roles", ROLES.get(grant.subject()))
                .build();
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(), claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
