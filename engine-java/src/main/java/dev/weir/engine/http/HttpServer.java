package dev.weir.engine.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, and wires the stations of the wire together. */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private static final Duration QUIET = Duration.ZERO;
    private static final Duration PREPARING_MAX = Duration.ofSeconds(30);
    private static final Duration SHUTDOWN_MAX = Duration.ofSeconds(5);
    private static final int BACKLOG = 256;
    /** Connections that may stay open until they have read that they are one too many; more are cut without a word. */
    private static final int REFUSED_MAX = 256;

    /** Threads that compile the forms that answers must have. */
    private static final int COMPILERS = 2;

    private final HttpLimits limits;
    private final Semaphore places;
    private final RequestIds requestIds;
    private final Workers workers;
    private final Workers compilers;
    private final Router router;
    private final @Nullable RepositoryEndpoints repository;
    private final ActiveExchanges active = new ActiveExchanges();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    /**
     * What the server draws on, so that a test may fix it.
     *
     * @param ids unique and unguessable parts of answer ids
     * @param seeds of requests that bring none
     * @param clock what {@code created} shows
     */
    public record Sources(Supplier<String> ids, LongSupplier seeds, InstantSource clock) {}

    /** The text of {@code /metrics} and its content type. */
    public record Metrics(Supplier<String> text, String contentType) {}

    /** A server whose models nobody moves. */
    HttpServer(
            InetSocketAddress address,
            HttpLimits limits,
            Serving serving,
            TrustedProxy proxy,
            Metrics metrics,
            Sources sources)
            throws IOException {
        this(address, limits, serving, proxy, metrics, sources, null);
    }

    /**
     * Binds and begins to answer: {@code /health} at once, completions when {@code serving} says so.
     *
     * @param administration null: there is no admin API
     * @throws IOException where the address cannot be bound
     */
    public HttpServer(
            InetSocketAddress address,
            HttpLimits limits,
            Serving serving,
            TrustedProxy proxy,
            Metrics metrics,
            Sources sources,
            @Nullable Administration administration)
            throws IOException {
        this.limits = limits;
        this.places = new Semaphore(limits.connectionsMax());
        this.requestIds = new RequestIds(sources.ids());
        this.workers = new Workers(
                "weir-prepare", Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8), limits.preparingMax());
        this.compilers = new Workers("weir-compile", COMPILERS, limits.preparingMax());
        this.router = routes(limits, serving, proxy, metrics, sources, workers, compilers);
        this.repository = administration == null ? null : new RepositoryEndpoints(administration, workers);
        if (administration != null && repository != null) {
            repository.addTo(router);
            new AdapterEndpoints(serving, administration, workers, sources.clock()).addTo(router);
        }
        try {
            listener = bootstrap().bind(address).syncUninterruptibly().channel();
        } catch (Exception e) { // Netty throws the checked cause undeclared
            closeWorkers();
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(SHUTDOWN_MAX.toMillis());
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Router routes(
            HttpLimits limits,
            Serving serving,
            TrustedProxy proxy,
            Metrics metrics,
            Sources sources,
            Workers workers,
            Workers compilers) {
        GenerationDecoder generation = new GenerationDecoder(limits, sources.seeds());
        CompletionDecoder completions = new CompletionDecoder(serving, generation, limits);
        ChatDecoder chat = new ChatDecoder(serving, generation);
        TokenizeEndpoint tokenize = new TokenizeEndpoint(serving, workers);
        StatusEndpoints status = new StatusEndpoints(serving, metrics.text(), metrics.contentType());
        return new Router()
                .on(
                        "POST",
                        "/v1/chat/completions",
                        new GenerationEndpoint(
                                GenerationEndpoint.Kind.CHAT,
                                chat::chat,
                                proxy,
                                workers,
                                compilers,
                                sources.ids(),
                                sources.clock()))
                .on(
                        "POST",
                        "/v1/completions",
                        new GenerationEndpoint(
                                GenerationEndpoint.Kind.TEXT,
                                completions::text,
                                proxy,
                                workers,
                                compilers,
                                sources.ids(),
                                sources.clock()))
                .on(
                        "POST",
                        "/v1/responses",
                        new GenerationEndpoint(
                                GenerationEndpoint.Kind.RESPONSE,
                                new ResponseDecoder(chat)::decode,
                                proxy,
                                workers,
                                compilers,
                                sources.ids(),
                                sources.clock()))
                .on(
                        "POST",
                        "/v1/embeddings",
                        new EmbeddingEndpoint(new EmbeddingDecoder(serving, proxy, limits), workers, sources.ids()))
                .on("GET", "/v1/models", status::models)
                .under("GET", "/v1/models/", status::model)
                .under("GET", "/v2/models/", status::modelReady)
                .on("POST", "/apply-template", tokenize::applyTemplate)
                .on("POST", "/tokenize", tokenize::tokenize)
                .on("POST", "/detokenize", tokenize::detokenize)
                .on("GET", "/health", status::health)
                .on("GET", "/ready", status::ready)
                .on("GET", "/metrics", status::metrics);
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialize(channel);
                    }
                });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // of closing: nothing is left to do when it fails
    private void initialize(SocketChannel channel) {
        if (connections.size() >= limits.connectionsMax() + REFUSED_MAX) {
            channel.close();
            return;
        }
        connections.add(channel);
        // A refused connection stays until its refusal is read, but takes nobody's place.
        boolean tooMany = !places.tryAcquire();
        if (!tooMany) {
            channel.closeFuture().addListener(_ -> places.release());
        }
        channel.pipeline()
                .addLast(new ByteWatch())
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(limits.requestLineBytesMax())
                        .setMaxHeaderSize(limits.headerBytesMax())))
                .addLast(new RequestAssembler(limits, requestIds))
                .addLast(new ConnectionHandler(limits, router, active, tooMany));
    }

    /** Where it listens; the port is the real one where 0 was asked for. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Waits until every request that is being prepared now has been submitted or refused. */
    public void awaitPreparing() {
        if (!workers.awaitThoseBegun(PREPARING_MAX)) {
            LOG.warn("a request is still being prepared after {}", PREPARING_MAX);
        }
    }

    private void closeWorkers() {
        workers.close();
        compilers.close();
        if (repository != null) {
            repository.close();
        }
    }

    /** Waits until no request is being answered; false when there still was one after {@code patience}. */
    public boolean awaitIdle(Duration patience) throws InterruptedException {
        return active.awaitNone(patience);
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        connections.close().awaitUninterruptibly(SHUTDOWN_MAX.toMillis());
        closeWorkers();
        loops.shutdownGracefully(QUIET.toMillis(), SHUTDOWN_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN_MAX.toMillis());
    }
}
