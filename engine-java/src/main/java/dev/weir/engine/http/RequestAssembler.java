package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.Unreadable;
import dev.weir.engine.http.Arrival.WireRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the parts of a request into one {@link Arrival}. Netty's own aggregator would do, but for its empty answers to what it
 * refuses; and after this handler no reference-counted buffer is left to leak.
 *
 * <p>An {@code Upgrade} header is not looked at, as a server may: a client that offers HTTP/2 over cleartext (the JDK's does, with every
 * first request, body included) is answered in HTTP/1.1.
 */
final class RequestAssembler extends ChannelInboundHandlerAdapter {

    private static final int FIRST_BODY_BYTES = 4096;

    private final HttpLimits limits;
    private final RequestIds ids;
    private @Nullable HttpRequest head;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private @Nullable ScheduledFuture<?> deadline;
    private boolean unreadable;

    RequestAssembler(HttpLimits limits, RequestIds ids) {
        this.limits = limits;
        this.ids = ids;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (unreadable || !(message instanceof HttpObject object)) {
                return; // what follows an unreadable request is drained until the connection closes
            }
            if (object.decoderResult().isFailure()) {
                refuse(context, malformed(object.decoderResult()));
                return;
            }
            if (object instanceof HttpRequest request) {
                begin(context, request);
            }
            if (!unreadable && object instanceof HttpContent content && head != null) {
                append(context, head, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        head = request;
        String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            refuse(context, ApiError.protocol(415, "a " + encoding + " body is not supported: send it plain"));
            return;
        }
        String transfer = String.join(", ", request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING));
        if (!transfer.isEmpty() && !transfer.equalsIgnoreCase("chunked")) {
            refuse(context, ApiError.protocol(501, "the transfer encoding " + transfer + " is not supported"));
            return;
        }
        long declaredBytes = HttpUtil.getContentLength(request, 0L);
        if (declaredBytes > limits.bodyBytesMax()) {
            refuse(context, tooLarge(Long.toString(declaredBytes)));
            return;
        }
        String expectation = request.headers().get(HttpHeaderNames.EXPECT);
        if (HttpUtil.is100ContinueExpected(request)) {
            sendContinue(context);
        } else if (expectation != null && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            refuse(context, ApiError.protocol(417, "the expectation " + expectation + " is not supported"));
            return;
        }
        body = new ByteArrayOutputStream((int) Math.min(Math.max(declaredBytes, 0), FIRST_BODY_BYTES));
        deadline = context.executor()
                .schedule(() -> expire(context), limits.readMax().toMillis(), TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a connection that fails here closes, and with it this request
    private static void sendContinue(ChannelHandlerContext context) {
        context.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                context.voidPromise());
    }

    private void append(ChannelHandlerContext context, HttpRequest request, HttpContent content) {
        ByteBuf bytes = content.content();
        if (body.size() + (long) bytes.readableBytes() > limits.bodyBytesMax()) {
            refuse(context, tooLarge("more"));
            return;
        }
        byte[] part = new byte[bytes.readableBytes()];
        bytes.readBytes(part);
        body.writeBytes(part);
        if (content instanceof LastHttpContent) {
            WireRequest whole = new WireRequest(
                    request.method().name(),
                    path(request.uri()),
                    body.toByteArray(),
                    id(request),
                    request.headers(),
                    HttpUtil.isKeepAlive(request),
                    request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0);
            reset();
            context.fireChannelRead(whole);
        }
    }

    private void expire(ChannelHandlerContext context) {
        if (head != null && !unreadable) {
            refuse(
                    context,
                    ApiError.protocol(
                            408,
                            "the request was not complete after "
                                    + limits.readMax().toSeconds() + " s"));
        }
    }

    private void refuse(ChannelHandlerContext context, ApiError error) {
        Unreadable arrival = new Unreadable(error, id(head));
        unreadable = true;
        reset();
        context.fireChannelRead(arrival);
    }

    private String id(@Nullable HttpRequest request) {
        return ids.of(request == null ? null : request.headers().get("x-request-id"));
    }

    private void reset() {
        head = null;
        body = new ByteArrayOutputStream(0);
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        reset();
        context.fireChannelInactive();
    }

    private ApiError tooLarge(String bytes) {
        return ApiError.protocol(
                413, "the request body has " + bytes + " bytes, the limit is " + limits.bodyBytesMax());
    }

    private ApiError malformed(DecoderResult result) {
        return switch (result.cause()) {
            case TooLongHttpLineException _ ->
                ApiError.protocol(414, "the request line is longer than " + limits.requestLineBytesMax() + " bytes");
            case TooLongHttpHeaderException _ ->
                ApiError.protocol(431, "the header fields are longer than " + limits.headerBytesMax() + " bytes");
            default ->
                ApiError.badRequest("this is not HTTP/1.1: " + result.cause().getMessage());
        };
    }

    private static String path(String target) {
        try {
            return new QueryStringDecoder(target).path();
        } catch (IllegalArgumentException _) {
            return target; // a broken escape: no endpoint has such a path
        }
    }
}
