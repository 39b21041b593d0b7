package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.Unreadable;
import dev.weir.engine.http.Arrival.WireRequest;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one connection in their order, one at a time, and none while earlier answers fill the buffers unread.
 * Pipelined ones wait in a short queue; when it is full the connection is not read until it has drained. Otherwise it is always read, so
 * that a client that goes away is noticed at once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of closing and of timers: nothing is left to do when they fail
final class ConnectionHandler extends SimpleChannelInboundHandler<Arrival> {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    /** How long a refused client may go on sending before its connection is cut: cut at once, it might never read the refusal. */
    private static final Duration LINGER_MAX = Duration.ofSeconds(2);

    private final HttpLimits limits;
    private final Router router;
    private final ActiveExchanges active;
    private final boolean tooMany;
    private final Queue<Arrival> waiting = new ArrayDeque<>();
    private @Nullable Exchange current;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean answering;
    private boolean stalled;
    private boolean closing;

    /**
     * A handler for one connection.
     *
     * @param tooMany the connection is one too many: it is told so and closed
     */
    ConnectionHandler(HttpLimits limits, Router router, ActiveExchanges active, boolean tooMany) {
        this.limits = limits;
        this.router = router;
        this.active = active;
        this.tooMany = tooMany;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (tooMany) {
            String message = "this server has its limit of " + limits.connectionsMax() + " connections open";
            channelRead0(context, new Unreadable(ApiError.overloaded(message), "none"));
        } else {
            setDeadline(context);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Arrival arrival) {
        if (closing) {
            return;
        }
        waiting.add(arrival);
        answerNext(context);
    }

    /** A loop and not a recursion: a hundred pipelined requests that are answered at once must not nest. */
    private void answerNext(ChannelHandlerContext context) {
        if (answering) {
            return;
        }
        answering = true;
        try {
            while (current == null
                    && !closing
                    && !waiting.isEmpty()
                    && context.channel().isWritable()) {
                answer(context, waiting.remove());
            }
        } finally {
            answering = false;
        }
        if (!closing) {
            context.channel().config().setAutoRead(waiting.size() <= limits.pipelinedRequestsMax());
            setDeadline(context);
        }
    }

    private void answer(ChannelHandlerContext context, Arrival arrival) {
        active.begin();
        switch (arrival) {
            case WireRequest request -> {
                Exchange exchange = new Exchange(
                        context,
                        request.id(),
                        request.body().length,
                        request.keepAlive(),
                        request.chunkedAnswer(),
                        request.takesTrailers(),
                        _ -> ended(context));
                current = exchange;
                router.route(request, exchange);
            }
            case Unreadable unreadable -> {
                Exchange exchange = new Exchange(context, unreadable.id(), 0, false, true, false, _ -> ended(context));
                current = exchange;
                exchange.fail(unreadable.error());
            }
        }
    }

    private void ended(ChannelHandlerContext context) {
        boolean keepAlive = current != null && current.keepAlive();
        current = null;
        active.end();
        if (keepAlive) {
            answerNext(context);
        } else {
            closeGently(context);
        }
    }

    /** Ends our side after what was written, and drops what the client still sends, for a while. */
    private void closeGently(ChannelHandlerContext context) {
        closing = true;
        waiting.clear();
        context.channel().config().setAutoRead(true);
        schedule(context, limits.writeStallMax());
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess() && written.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                schedule(context, LINGER_MAX);
            } else {
                written.channel().close();
            }
        });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!closing) {
            setDeadline(context);
        }
        if (context.channel().isWritable()) {
            if (current != null) {
                current.writable();
            } else {
                answerNext(context);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        waiting.clear();
        clearDeadline();
        if (current != null) {
            active.end();
            current.closed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection {} broke: {}", context.channel().remoteAddress(), cause.getMessage());
        } else {
            LOG.warn("connection {} is closed after an error", context.channel().remoteAddress(), cause);
        }
        context.close();
    }

    /** A connection may be idle for a while, leave an answer unread for a while, and take as long as it likes to be answered. */
    private void setDeadline(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            if (!stalled) { // what the client sends in the meantime is no sign that it reads
                schedule(context, limits.writeStallMax());
                stalled = true;
            }
        } else if (current == null) {
            schedule(context, limits.idleMax());
        } else {
            clearDeadline();
        }
    }

    private void schedule(ChannelHandlerContext context, Duration max) {
        clearDeadline();
        deadline = context.executor().schedule(() -> context.close(), max.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void clearDeadline() {
        stalled = false;
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
