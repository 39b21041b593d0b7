package dev.weir.engine.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a request must satisfy before its body is worth reading, in the order in which it is told. What would be read in two
 * ways by two servers in a row is refused, not guessed at.
 */
record HeadRules(HttpLimits limits) {

    /** The first rule that the head breaks; null where it keeps them all. */
    @Nullable
    ApiError broken(HttpRequest head) {
        HttpVersion version = head.protocolVersion();
        if (version.majorVersion() != 1) {
            return ApiError.refused(505, "unsupported_http_version", version + " is not spoken here, only HTTP/1.1");
        }
        int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && isAtLeast11(head))) {
            return ApiError.invalidHttp("an HTTP/1.1 request has one host header, this one has " + hosts);
        }
        if (path(head.uri()) == null) {
            return ApiError.invalidHttp("the request target " + head.uri() + " is neither a path nor a URL");
        }
        ApiError codings = brokenCoding(head);
        if (codings != null) {
            return codings;
        }
        long declaredBytes = HttpUtil.getContentLength(head, 0L);
        if (declaredBytes > limits.bodyBytesMax()) {
            return tooLarge(Long.toString(declaredBytes));
        }
        String expectation = head.headers().get(HttpHeaderNames.EXPECT);
        boolean expectsMore = expectation != null && isAtLeast11(head) && !HttpUtil.is100ContinueExpected(head);
        return expectsMore
                ? ApiError.refused(
                        417, "unsupported_expectation", "the expectation " + expectation + " is not supported")
                : null;
    }

    private static @Nullable ApiError brokenCoding(HttpRequest head) {
        String encoding = head.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            return ApiError.refused(
                    415, "unsupported_content_encoding", "a " + encoding + " body is not supported: send it plain");
        }
        List<String> transfers = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        String transfer = String.join(", ", transfers);
        if (!transfer.isEmpty() && !transfer.equalsIgnoreCase("chunked")) {
            return ApiError.refused(
                    501,
                    "unsupported_transfer_encoding",
                    "the transfer encoding " + transfer + " is not supported, only chunked");
        }
        return null;
    }

    ApiError tooLarge(String bytes) {
        String message = "the request body has " + bytes + " bytes, the limit is " + limits.bodyBytesMax();
        return ApiError.refused(413, "request_too_large", message);
    }

    static boolean isAtLeast11(HttpRequest head) {
        return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    }

    /** The decoded path of a target, which may be a path (with a query) or, as sent to a proxy, a URL; null where it is neither. */
    static @Nullable String path(String target) {
        if (target.equals("*")) {
            return target;
        }
        try {
            // With an authority in front, two slashes at the beginning stay part of the path.
            URI uri = new URI(target.startsWith("/") ? "http://weir" + target : target);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return http && uri.getRawAuthority() != null ? uri.getPath() : null;
        } catch (URISyntaxException _) {
            return null;
        }
    }
}
