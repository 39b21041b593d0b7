package dev.weir.control.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Sends requests over kept connections, and once more over a new one where the kept one was closed before anything of an answer came. Mostly the
 * other side had closed it before it saw the request: each side has its own limit for connections that nobody uses, and the news of it travels.
 *
 * <p>It may also have seen the request, and even have died of it. So only what came to nothing at once is sent again, and that once; and where
 * nobody listens any more, the first failure is told, which says that the request was out.
 */
final class Sendings {
    private static final AttributeKey<Boolean> USED = AttributeKey.valueOf(Sendings.class, "used");

    private final HttpClient afresh;
    private final Duration noticedMax;
    private final Scheduler timer;

    Sendings(UpstreamConfig limits, LoopResources loops, Scheduler timer) {
        this.afresh = over(ConnectionProvider.newConnection(), limits, loops);
        this.noticedMax = limits.connectMax();
        this.timer = timer;
    }

    /** Netty itself sends again what was reset, or never sent: where nobody listens any more, that is how it is known. */
    static HttpClient over(ConnectionProvider connections, UpstreamConfig limits, LoopResources loops) {
        return HttpClient.create(connections)
                .runOn(loops)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectMax().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true);
    }

    /** The exchange over one of the client's connections. */
    <T> Flux<T> send(HttpClient client, Function<HttpClient, Flux<T>> exchange) {
        return Flux.defer(() -> {
            Sending first = new Sending();
            HttpClient watched = client.doOnRequest((_, connection) -> first.began(connection.channel()))
                    .doOnResponse((_, _) -> first.answered = true);
            return exchange.apply(watched)
                    .onErrorResume(
                            first::foundItClosed,
                            closed -> exchange.apply(afresh).onErrorMap(ConnectException.class, _ -> closed));
        });
    }

    /** What became of a request, as its event loop sees it. */
    private final class Sending {
        private boolean kept;
        private boolean answered;
        private long begunNanos;

        private void began(Channel channel) {
            kept = channel.attr(USED).getAndSet(true) != null;
            begunNanos = timer.now(TimeUnit.NANOSECONDS);
        }

        private boolean foundItClosed(Throwable failure) {
            boolean closed = failure instanceof IOException || failure instanceof AbortedException;
            return closed && kept && !answered && timer.now(TimeUnit.NANOSECONDS) - begunNanos < noticedMax.toNanos();
        }
    }
}
