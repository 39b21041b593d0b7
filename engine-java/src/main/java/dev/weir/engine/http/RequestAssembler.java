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
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
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
    private final HeadRules rules;
    private @Nullable HttpRequest head;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private @Nullable ScheduledFuture<?> deadline;
    private boolean unreadable;

    RequestAssembler(HttpLimits limits, RequestIds ids) {
        this.limits = limits;
        this.ids = ids;
        this.rules = new HeadRules(limits);
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
        ApiError broken = rules.broken(request);
        if (broken != null) {
            refuse(context, broken);
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            sendContinue(context);
        }
        long declaredBytes = HttpUtil.getContentLength(request, 0L);
        body = new ByteArrayOutputStream((int) Math.min(Math.max(declaredBytes, 0), FIRST_BODY_BYTES));
        setDeadline(context);
    }

    /** A request may have begun of which nothing can be told yet: its head, too, must come to an end. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ByteWatch.Event.BYTES_ARRIVED) {
            if (!unreadable) {
                setDeadline(context);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** From the first byte on, and not put off by further ones. */
    private void setDeadline(ChannelHandlerContext context) {
        if (deadline == null) {
            deadline = context.executor()
                    .schedule(() -> expire(context), limits.readMax().toMillis(), TimeUnit.MILLISECONDS);
        }
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
            refuse(context, rules.tooLarge("more"));
            return;
        }
        byte[] part = new byte[bytes.readableBytes()];
        bytes.readBytes(part);
        body.writeBytes(part);
        if (content instanceof LastHttpContent) {
            WireRequest whole = new WireRequest(
                    request.method().name(),
                    Objects.requireNonNull(HeadRules.path(request.uri())),
                    body.toByteArray(),
                    id(request),
                    request.headers(),
                    HttpUtil.isKeepAlive(request),
                    HeadRules.isAtLeast11(request));
            reset();
            context.fireChannelRead(whole);
        }
    }

    private void expire(ChannelHandlerContext context) {
        deadline = null;
        if (!context.channel().config().isAutoRead()) {
            setDeadline(context); // it is we who do not read
        } else if (!unreadable) {
            refuse(
                    context,
                    ApiError.refused(
                            408,
                            "request_timeout",
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

    private ApiError malformed(DecoderResult result) {
        return switch (result.cause()) {
            case TooLongHttpLineException _
            when head != null ->
                ApiError.invalidHttp(
                        "the line before a chunk is longer than " + limits.requestLineBytesMax() + " bytes");
            case TooLongHttpLineException _ ->
                ApiError.refused(
                        414,
                        "uri_too_long",
                        "the request line is longer than " + limits.requestLineBytesMax() + " bytes");
            case TooLongHttpHeaderException _ ->
                ApiError.refused(
                        431,
                        "headers_too_large",
                        "the header fields are longer than " + limits.headerBytesMax() + " bytes");
            default ->
                ApiError.invalidHttp("this is not HTTP/1.1: " + result.cause().getMessage());
        };
    }
}
