package dev.weir.engine.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;

/** What came in on a connection, in order: a whole request, or the reason why there will be none. */
sealed interface Arrival {

    /**
     * A request with its body.
     *
     * @param path decoded, without the query
     * @param id the caller's {@code x-request-id}, or one of ours
     * @param headers as they came
     * @param keepAlive the connection may serve another request
     * @param chunkedAnswer the client knows chunked transfer coding (HTTP/1.1)
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record WireRequest(
            String method,
            String path,
            byte[] body,
            String id,
            HttpHeaders headers,
            boolean keepAlive,
            boolean chunkedAnswer)
            implements Arrival {

        /** Whether the client wants to be told, behind a stream, what is known only then. */
        boolean takesTrailers() {
            return headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
        }
    }

    /**
     * The head or body was refused; after the answer the connection is of no more use.
     *
     * @param id as for a request
     */
    record Unreadable(ApiError error, String id) implements Arrival {}
}
