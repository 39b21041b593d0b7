package dev.weir.control.ingress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Stands on each connection between HTTP's codec and everything else, and lets only requests pass that can mean one thing.
 *
 * <p>A request that cannot be read becomes a request for its own refusal: a plain one that bears the number of {@link #REFUSED}. So it
 * waits for the answers before it, gets an id and is answered like any other, and nothing needs to write to the connection out of turn.
 * The number cannot be forged: whatever a caller sends under a name that begins with {@code x-weir-} is taken off here, which is also why
 * what stands under such a name further inside can be trusted.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of closing and of timers: nothing is left to do when they fail
final class WireGuard extends ChannelDuplexHandler {
    private static final String NAME = "weir.guard";
    private static final String OURS = "x-weir-";
    private static final String NUMBER = OURS + "number";
    private static final String LAST = OURS + "last";
    private static final AttributeKey<Refused> REFUSED = AttributeKey.valueOf(WireGuard.class, "refused");

    /** How long a client may go on sending what nobody will read: cut off at once, it might never read the answer. */
    private static final Duration LINGER_MAX = Duration.ofSeconds(2);

    /** The one request of a connection that could not be read: none is read after it. */
    private record Refused(String number, OpenAiError error) {}

    private final HeadRules rules;
    private int requestCount;
    private int unansweredCount;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ScheduledFuture<?> idleEnd;
    private boolean inRequest;
    private boolean unreadable;
    private boolean closing;

    private WireGuard(HeadRules rules) {
        this.rules = rules;
    }

    /** Puts a guard on every connection. */
    static HttpServer guarded(HttpServer server, IngressConfig config) {
        HeadRules rules = new HeadRules(config);
        return server.httpRequestDecoder(decoder -> decoder.maxInitialLineLength(
                                Math.toIntExact(config.requestLineSizeMax().toBytes()))
                        .maxHeaderSize(Math.toIntExact(config.headersSizeMax().toBytes())))
                .doOnChannelInit((_, channel, _) -> channel.pipeline()
                        .addBefore(NettyPipeline.HttpCodec, ByteWatch.NAME, new ByteWatch())
                        .addBefore(NettyPipeline.HttpTrafficHandler, NAME, new WireGuard(rules)));
    }

    /** Why this request cannot be answered, if it could not be read. */
    static Optional<OpenAiError> refusal(ServerHttpRequest request) {
        AtomicReference<@Nullable Refused> refused = new AtomicReference<>();
        ServerHttpRequestDecorator.<HttpServerRequest>getNativeRequest(request)
                .withConnection(connection ->
                        refused.set(connection.channel().attr(REFUSED).get()));
        return Optional.ofNullable(refused.get())
                .filter(found -> found.number().equals(request.getHeaders().getFirst(NUMBER)))
                .map(Refused::error);
    }

    /** Whether the caller wants no more answers on this connection after this one. */
    static boolean isLast(HttpServerRequest request) {
        return request.requestHeaders().contains(LAST);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        beginIdle(context);
        context.fireChannelActive();
    }

    /** Nothing is asked, and every answer has been written. */
    private void beginIdle(ChannelHandlerContext context) {
        endIdle();
        idleEnd = context.executor()
                .schedule(
                        () -> context.pipeline().close(),
                        rules.config().idleMax().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void endIdle() {
        if (idleEnd != null) {
            idleEnd.cancel(false);
            idleEnd = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (unreadable || closing || !(message instanceof HttpObject part)) {
            ReferenceCountUtil.release(message);
        } else if (part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            broken(context, part);
        } else {
            pass(context, part);
        }
    }

    private void pass(ChannelHandlerContext context, HttpObject part) {
        if (part instanceof HttpRequest head) {
            Optional<OpenAiError> broken = rules.broken(head);
            if (broken.isPresent()) {
                ReferenceCountUtil.release(part);
                refuse(context, broken.get(), head);
                return;
            }
            straighten(head);
            begin(head);
            inRequest = true;
            startClock(context);
        }
        if (part instanceof LastHttpContent) {
            inRequest = false;
            stopClock();
        }
        context.fireChannelRead(part);
    }

    /** A request may have begun of which nothing can be told yet: its head, too, must come to an end. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ByteWatch.Event.BYTES_ARRIVED) {
            endIdle();
            if (!unreadable && !closing) {
                startClock(context);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** A request's time runs from its first byte, and is not put off by further ones. */
    private void startClock(ChannelHandlerContext context) {
        if (deadline == null) {
            deadline = context.executor()
                    .schedule(
                            () -> tooSlow(context),
                            rules.config().requestReadMax().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void tooSlow(ChannelHandlerContext context) {
        OpenAiError error = OpenAiError.requestTooSlow(rules.config().requestReadMax());
        if (inRequest) {
            abandon(context, error);
        } else {
            refuse(context, error, null);
        }
    }

    /** Leaves one way to say the same thing, and nothing that only we may say. */
    private static void straighten(HttpRequest head) {
        HeadRules.target(head.uri()).ifPresent(head::setUri);
        HttpHeaders headers = head.headers();
        if (hasOurs(headers)) {
            headers.names().stream().filter(WireGuard::isOurs).toList().forEach(headers::remove);
        }
        if (HeadRules.isAtLeast11(head) && !HttpUtil.isKeepAlive(head)) {
            // Reactor Netty takes a pipelined request's wish for the end as if the requests before it had made it, and
            // drops it.
            headers.remove(HttpHeaderNames.CONNECTION);
            headers.set(LAST, "1");
        }
    }

    private static boolean hasOurs(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> each = headers.iteratorCharSequence();
        while (each.hasNext()) {
            if (isOurs(each.next().getKey())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOurs(CharSequence name) {
        return AsciiString.regionMatches(name, true, 0, OURS, 0, OURS.length());
    }

    private void broken(ChannelHandlerContext context, HttpObject part) {
        OpenAiError error = rules.unreadable(part.decoderResult(), inRequest);
        if (part instanceof HttpContent && inRequest) {
            abandon(context, error);
        } else {
            refuse(context, error, part instanceof HttpRequest head ? head : null);
        }
    }

    private void begin(HttpRequest head) {
        requestCount++;
        unansweredCount++;
        head.headers().set(NUMBER, requestCount);
    }

    private void refused(ChannelHandlerContext context, OpenAiError error) {
        unreadable = true;
        context.channel().attr(REFUSED).set(new Refused(Integer.toString(requestCount), error));
    }

    /** The head has gone on: the body ends here, and who reads it to the end finds the refusal. */
    private void abandon(ChannelHandlerContext context, OpenAiError error) {
        refused(context, error);
        stopClock();
        context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        if (unansweredCount == 0) {
            context.pipeline().close();
        }
    }

    private void refuse(ChannelHandlerContext context, OpenAiError error, @Nullable HttpRequest head) {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set(HttpHeaderNames.HOST, "weir");
        begin(request);
        refused(context, error);
        String id = head == null ? null : head.headers().get(RequestIds.HEADER);
        if (id != null) {
            request.headers().set(RequestIds.HEADER, id);
        }
        context.fireChannelRead(request);
    }

    /** Behind the last answer to what could be read there is nothing left to say. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean interim =
                message instanceof HttpResponse head && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (message instanceof LastHttpContent && !interim) {
            unansweredCount--;
            if (unreadable && unansweredCount == 0) {
                context.write(message, promise.unvoid())
                        .addListener(_ -> context.pipeline().close());
                return;
            }
            if (unansweredCount == 0 && deadline == null) {
                beginIdle(context);
            }
        }
        context.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopClock();
        endIdle();
        context.fireChannelInactive();
    }

    /** While a client still sends, closing at once could destroy what it was sent last: only our side ends, theirs is given a while. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        boolean sending = unreadable || inRequest;
        if (closing || !sending || !(context.channel() instanceof DuplexChannel duplex) || !duplex.isActive()) {
            closing = true;
            context.close(promise);
            return;
        }
        closing = true;
        duplex.shutdownOutput().addListener((ChannelFutureListener) ended -> {
            if (!ended.isSuccess()) {
                context.close();
            }
        });
        context.channel().config().setAutoRead(true);
        context.executor().schedule(() -> context.close(), LINGER_MAX.toMillis(), TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(_ -> promise.trySuccess());
    }
}
