package dev.weir.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request's answer. Its methods belong to the connection's event loop; {@link #execute} gets there from any thread, and
 * {@link #isClosed} may be asked from any.
 */
final class Exchange {

    private static final byte[] EVENT_START = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final ChannelHandlerContext context;
    private final String requestId;
    private final int requestBytes;
    private boolean keepAlive;
    private final boolean chunkedAnswer;
    private final boolean takesTrailers;
    private final Consumer<Exchange> onEnd;
    private Runnable onWritable = () -> {};
    private Runnable onClosed = () -> {};
    private final Map<String, String> answerHeaders = new LinkedHashMap<>();
    private @Nullable String timing;
    private boolean begun;
    private boolean ended;
    private volatile boolean closed;

    Exchange(
            ChannelHandlerContext context,
            String requestId,
            int requestBytes,
            boolean keepAlive,
            boolean chunkedAnswer,
            boolean takesTrailers,
            Consumer<Exchange> onEnd) {
        this.context = context;
        this.requestId = requestId;
        this.requestBytes = requestBytes;
        this.keepAlive = keepAlive;
        this.chunkedAnswer = chunkedAnswer;
        this.takesTrailers = takesTrailers && chunkedAnswer;
        this.onEnd = onEnd;
    }

    String requestId() {
        return requestId;
    }

    /** Of the body that came. */
    int requestBytes() {
        return requestBytes;
    }

    /** The connection may serve another request after this one. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** The other end of the connection; null where it has no address of its own. */
    @Nullable
    InetAddress peer() {
        return context.channel().remoteAddress() instanceof InetSocketAddress address ? address.getAddress() : null;
    }

    /** Runs a task on the connection's event loop. */
    void execute(Runnable task) {
        context.executor().execute(task);
    }

    /** True once the client is gone. */
    boolean isClosed() {
        return closed;
    }

    /** False while the client does not read what it was sent: then nothing more should be written. */
    boolean isWritable() {
        return context.channel().isWritable();
    }

    /** What to do when the client reads again. */
    void onWritable(Runnable callback) {
        onWritable = callback;
    }

    /** What to do when the client goes away before the answer is complete; at once where it has. */
    void onClosed(Runnable callback) {
        onClosed = callback;
        if (closed) {
            callback.run();
        }
    }

    void respond(int status, JsonNode json) {
        respond(status, "application/json", Json.bytes(json), Map.of());
    }

    /** Answers with a body whose length is known. To HEAD the codec sends its head alone. */
    void respond(int status, String contentType, byte[] body, Map<String, String> more) {
        if (ended || closed) {
            return;
        }
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        HttpHeaders headers = response.headers();
        setCommonHeaders(headers, contentType);
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (timing != null) {
            headers.set(ServerTiming.HEADER, timing);
        }
        if (status == HttpResponseStatus.OK.code()) {
            answerHeaders.forEach(headers::set);
        }
        more.forEach(headers::set);
        begun = true;
        send(response);
        flush();
        end();
    }

    /** Answers with the error; in the middle of a stream as its last event, after which no {@code [DONE]} follows. */
    void fail(ApiError error) {
        if (!begun) {
            respond(error.status(), "application/json", Json.bytes(Json.envelope(error)), error.headers());
        } else if (!ended) {
            event(Json.envelope(error));
            endStream();
        }
    }

    /** A header of the answer, should it be a good one; any thread, before the answer is begun. */
    void answerHeader(String name, String value) {
        answerHeaders.put(name, value);
    }

    /** What the answer's time went into; told to those who take trailers, since of a stream it is known behind its last event only. */
    void timing(String serverTiming) {
        timing = takesTrailers ? serverTiming : null;
    }

    /** Writes a comment, which clients of server-sent events skip. */
    void comment(String text) {
        if (begun && !ended && !closed) {
            send(new DefaultHttpContent(Unpooled.copiedBuffer(": " + text + "\n\n", StandardCharsets.US_ASCII)));
        }
    }

    /** Writes one server-sent event, the head before the first; {@link #flush} sends. */
    void event(ObjectNode json) {
        event(Json.bytes(json));
    }

    /** Writes one server-sent event with a name. */
    void event(String name, ObjectNode json) {
        if (!begun) {
            beginStream();
        }
        if (!ended && !closed) {
            send(new DefaultHttpContent(Unpooled.wrappedBuffer(Json.utf8("event: " + name + "\n"))));
        }
        event(json);
    }

    private void event(byte[] data) {
        if (ended || closed) {
            return;
        }
        if (!begun) {
            beginStream();
        }
        ByteBuf frame = context.alloc().buffer(EVENT_START.length + data.length + EVENT_END.length);
        frame.writeBytes(EVENT_START).writeBytes(data).writeBytes(EVENT_END);
        send(new DefaultHttpContent(frame));
    }

    private void beginStream() {
        keepAlive &= chunkedAnswer; // to an HTTP/1.0 client only the end of the connection ends a stream
        DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpHeaders headers = response.headers();
        setCommonHeaders(headers, "text/event-stream; charset=utf-8");
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
        answerHeaders.forEach(headers::set);
        headers.set("x-accel-buffering", "no"); // a reverse proxy that collects the stream would spoil it
        if (chunkedAnswer) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        if (takesTrailers) {
            headers.set(HttpHeaderNames.TRAILER, ServerTiming.HEADER);
        }
        begun = true;
        send(response);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // with a void promise, a write that fails is the pipeline's to handle
    private void send(Object part) {
        context.write(part, context.voidPromise());
    }

    void flush() {
        context.flush();
    }

    /** The stream is complete. */
    void done() {
        event(DONE);
        endStream();
    }

    /** The stream is complete, and its last event said so. */
    void endStream() {
        if (!ended && !closed) {
            send(lastContent());
            flush();
            end();
        }
    }

    private LastHttpContent lastContent() {
        if (timing == null) {
            return LastHttpContent.EMPTY_LAST_CONTENT;
        }
        LastHttpContent last = new DefaultLastHttpContent();
        last.trailingHeaders().set(ServerTiming.HEADER, timing);
        return last;
    }

    private void end() {
        ended = true;
        onEnd.accept(this);
    }

    private void setCommonHeaders(HttpHeaders headers, String contentType) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        headers.set("x-request-id", requestId);
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    /** The channel says that it can take more. */
    void writable() {
        if (!ended) {
            onWritable.run();
        }
    }

    /** The channel says that it is gone. */
    void closed() {
        if (!closed) {
            closed = true;
            if (!ended) {
                onClosed.run();
            }
        }
    }
}
