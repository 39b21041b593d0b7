package dev.weir.control.upstream;

import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Connections to engines, apart for each event loop. So a request stays on the thread that reads its client, there and back. Out of one pool for
 * all it would mostly get a connection of another thread's, and each piece of its answer would wait for a thread to wake up, twice.
 *
 * <p>Each loop has its part of the connections that there may be, and more than a small one where there are many loops, since clients do not
 * come to all of them alike; whoever comes from no loop has a part, too.
 */
final class LoopConnections {
    /** Netty pools connections apart that have different attributes. */
    private static final AttributeKey<Integer> LOOP = AttributeKey.valueOf(LoopConnections.class, "loop");

    private static final int PART_MIN = 64;

    private final ConnectionProvider pools;
    private final List<OfLoop> loops;
    private final HttpClient others;

    private record OfLoop(EventExecutor loop, HttpClient http) {}

    LoopConnections(UpstreamConfig limits, LoopResources resources) {
        List<EventExecutor> executors = new ArrayList<>();
        resources.onClient(LoopResources.DEFAULT_NATIVE).forEach(executors::add);
        this.pools = ConnectionProvider.builder("engines")
                .maxConnections(part(limits.connectionsPerEngineMax(), executors.size()))
                .pendingAcquireMaxCount(part(limits.connectionWaitersPerEngineMax(), executors.size()))
                .pendingAcquireTimeout(limits.connectionWaitMax())
                .maxIdleTime(limits.connectionIdleMax())
                .lifo() // those that are not needed any more grow old
                .build();
        this.others = HttpClient.create(pools)
                .runOn(resources)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectMax().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true);
        List<OfLoop> clients = new ArrayList<>();
        for (EventExecutor executor : executors) {
            clients.add(new OfLoop(executor, others.attr(LOOP, clients.size())));
        }
        this.loops = List.copyOf(clients);
    }

    private static int part(int all, int loopCount) {
        return Math.max(Math.ceilDiv(all, loopCount), Math.min(all, PART_MIN));
    }

    /** For the thread that asks. */
    HttpClient here() {
        for (OfLoop of : loops) {
            if (of.loop().inEventLoop()) {
                return of.http();
            }
        }
        return others;
    }

    void close() {
        // The event loops may have stopped already, and the connections with them.
        pools.disposeLater().onErrorComplete().subscribe();
    }
}
