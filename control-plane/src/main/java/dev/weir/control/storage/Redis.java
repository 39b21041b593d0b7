package dev.weir.control.storage;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The Redis that replicas share. While it cannot be reached, whatever is asked of it fails at once. Who asks on an event loop is answered there.
 */
public final class Redis implements AutoCloseable {
    private static final int THREAD_COUNT = 2;
    private static final int REQUESTS_WAITING_MAX = 10_000;

    /** Until a connection over which nothing comes back counts as lost, whether somebody asks over it or not. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    private static final Duration PROBE_AFTER = Duration.ofSeconds(4);
    private static final Duration PROBE_EVERY = Duration.ofSeconds(2);
    private static final int PROBES_MAX = 3;

    private final Duration answerMax;
    private final EventLoops loops;
    private final ClientResources resources = DefaultClientResources.builder()
            .ioThreadPoolSize(THREAD_COUNT)
            .computationThreadPoolSize(THREAD_COUNT)
            .build();
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    /**
     * A connection to the Redis at the URL.
     *
     * @throws StorageFailure when there is none
     */
    public Redis(StorageConfig.RedisUrl url, Duration answerMax, EventLoops loops) {
        this.answerMax = answerMax;
        this.loops = loops;
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUESTS_WAITING_MAX)
                .socketOptions(socketOptions())
                // Whoever asks counts the time: what ends late is heard of nonetheless.
                .timeoutOptions(TimeoutOptions.create())
                .build());
        try {
            RedisURI uri = RedisURI.create(url.value());
            uri.setTimeout(answerMax);
            this.connection = client.connect(uri);
        } catch (RedisException | IllegalArgumentException failure) {
            close();
            Throwable root = failure.getCause() == null ? failure : failure.getCause();
            throw new StorageFailure("cannot use the Redis of weir.storage.redis: " + root.getMessage());
        }
    }

    /** So that a host that is lost without a word is left for the one that stands in for it, after seconds instead of a quarter of an hour. */
    static SocketOptions socketOptions() {
        return SocketOptions.builder()
                .keepAlive(SocketOptions.KeepAliveOptions.builder()
                        .enable()
                        .idle(PROBE_AFTER)
                        .interval(PROBE_EVERY)
                        .count(PROBES_MAX)
                        .build())
                .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                        .enable()
                        .tcpUserTimeout(SILENCE_MAX)
                        .build())
                .build();
    }

    /** Gives Redis the script beforehand, so that even its first runs keep their order. */
    public void load(RedisScript script) {
        try {
            connection.sync().scriptLoad(script.text());
        } catch (RedisException failure) {
            throw new StorageFailure("the Redis of weir.storage.redis takes no scripts: " + failure.getMessage());
        }
    }

    /** What the script answers, which has to be a list. */
    public Mono<List<Object>> run(RedisScript script, List<String> keys, List<String> arguments) {
        return loops.back(ask(script, keys, arguments).timeout(answerMax));
    }

    /**
     * The same.
     *
     * @param perhapsDone run after what failed, or was not waited for, although Redis may have done it; and not before it has, if it does
     */
    public Mono<List<Object>> run(RedisScript script, List<String> keys, List<String> arguments, Runnable perhapsDone) {
        return loops.back(Mono.defer(() -> {
            CompletableFuture<@Nullable List<Object>> answer =
                    ask(script, keys, arguments).toFuture();
            if (answer.isCompletedExceptionally()) {
                return Mono.fromFuture(answer); // not even sent
            }
            return Mono.fromFuture(answer, true).timeout(answerMax).doOnError(_ -> {
                CompletableFuture<@Nullable List<Object>> _ = answer.whenComplete((_, _) -> perhapsDone.run());
            });
        }));
    }

    /** The same, however long it takes. What was on its way when a connection broke fails, and may have been done. */
    public Mono<List<Object>> runToItsEnd(RedisScript script, List<String> keys, List<String> arguments) {
        return loops.back(ask(script, keys, arguments));
    }

    private Mono<List<Object>> ask(RedisScript script, List<String> keys, List<String> arguments) {
        String[] keyArray = keys.toArray(String[]::new);
        String[] argumentArray = arguments.toArray(String[]::new);
        return Mono.fromCompletionStage(() -> connection
                        .async()
                        .<List<Object>>evalsha(script.digest(), ScriptOutputType.MULTI, keyArray, argumentArray))
                .onErrorResume(
                        RedisNoScriptException.class,
                        _ -> Mono.fromCompletionStage(() -> connection
                                .async()
                                .<List<Object>>eval(script.text(), ScriptOutputType.MULTI, keyArray, argumentArray)));
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
