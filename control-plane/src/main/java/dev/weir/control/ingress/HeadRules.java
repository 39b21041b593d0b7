package dev.weir.control.ingress;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * What the head of a request must satisfy before anything of it is looked at. The rules, their order and their words are the engine's, so
 * that it makes no difference to a client which of the two it talks to; docs/wire has an exchange for each.
 */
record HeadRules(IngressConfig config) {

    /** The first rule that the head breaks. */
    Optional<OpenAiError> broken(HttpRequest head) {
        HttpVersion version = head.protocolVersion();
        if (version.majorVersion() != 1) {
            return refusal(505, version + " is not spoken here, only HTTP/1.1", "unsupported_http_version");
        }
        int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && isAtLeast11(head))) {
            return invalid("an HTTP/1.1 request has one host header, this one has " + hosts);
        }
        if (target(head.uri()).isEmpty()) {
            return invalid("the request target " + head.uri() + " is neither a path nor a URL");
        }
        return brokenCoding(head).or(() -> brokenLength(head)).or(() -> brokenExpectation(head));
    }

    private static Optional<OpenAiError> brokenCoding(HttpRequest head) {
        String encoding = head.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            return refusal(
                    415, "a " + encoding + " body is not supported: send it plain", "unsupported_content_encoding");
        }
        String transfer = String.join(", ", head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING));
        if (!transfer.isEmpty() && !transfer.equalsIgnoreCase("chunked")) {
            return refusal(
                    501,
                    "the transfer encoding " + transfer + " is not supported, only chunked",
                    "unsupported_transfer_encoding");
        }
        return Optional.empty();
    }

    private Optional<OpenAiError> brokenLength(HttpRequest head) {
        long declaredBytes = HttpUtil.getContentLength(head, 0L);
        return declaredBytes > config.requestSizeMax().toBytes()
                ? Optional.of(OpenAiError.bodyTooLarge(Long.toString(declaredBytes), config))
                : Optional.empty();
    }

    private static Optional<OpenAiError> brokenExpectation(HttpRequest head) {
        String expectation = head.headers().get(HttpHeaderNames.EXPECT);
        return expectation != null && isAtLeast11(head) && !HttpUtil.is100ContinueExpected(head)
                ? refusal(417, "the expectation " + expectation + " is not supported", "unsupported_expectation")
                : Optional.empty();
    }

    /** What to say of bytes that the codec could not read, of a head or, where that has been read, of a body. */
    OpenAiError unreadable(DecoderResult result, boolean inBody) {
        return switch (result.cause()) {
            case TooLongHttpLineException _
            when inBody ->
                OpenAiError.refused(
                        400,
                        "the line before a chunk is longer than "
                                + config.requestLineSizeMax().toBytes() + " bytes",
                        "invalid_http");
            case TooLongHttpLineException _ ->
                OpenAiError.refused(
                        414,
                        "the request line is longer than "
                                + config.requestLineSizeMax().toBytes() + " bytes",
                        "uri_too_long");
            case TooLongHttpHeaderException _ ->
                OpenAiError.refused(
                        431,
                        "the header fields are longer than "
                                + config.headersSizeMax().toBytes() + " bytes",
                        "headers_too_large");
            default ->
                OpenAiError.refused(
                        400, "this is not HTTP/1.1: " + result.cause().getMessage(), "invalid_http");
        };
    }

    /** A target's path and query, escapes as they are; a target may be just that, a URL (as sent to a proxy), or a star. */
    static Optional<String> target(String target) {
        if (isPlainPath(target)) {
            return Optional.of(target);
        }
        if (target.equals("*")) {
            return Optional.of("/*");
        }
        try {
            // With an authority in front, two slashes at the beginning stay part of the path.
            URI uri = new URI(target.startsWith("/") ? "http://weir" + target : target);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (!http || uri.getRawAuthority() == null) {
                return Optional.empty();
            }
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            return Optional.of((uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()) + query);
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    /** Nearly every target is one, and means itself. */
    private static boolean isPlainPath(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            boolean plain = c == '/' || c == '-' || c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!plain) {
                return false;
            }
        }
        return target.startsWith("/") && !target.startsWith("//");
    }

    static boolean isAtLeast11(HttpRequest head) {
        return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    }

    private static Optional<OpenAiError> invalid(String message) {
        return refusal(400, message, "invalid_http");
    }

    private static Optional<OpenAiError> refusal(int status, String message, String code) {
        return Optional.of(OpenAiError.refused(status, message, code));
    }
}
