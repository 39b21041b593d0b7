package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.upstream.AnswerPart.Head;
import dev.weir.control.upstream.AnswerPart.Piece;
import dev.weir.control.upstream.Provider.Shape;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Talks to providers outside, in their words. What it sends is made of the request's fields one by one; nothing of who asks, and no header of
 * the caller's, goes with it. Whatever a provider answers but success is a failure, for it is no answer to the caller.
 */
public final class ProviderClient implements DisposableBean {
    private static final String ANTHROPIC_VERSION = "2023-06-01";
    private static final int CONNECTIONS_MAX = 256;
    private static final int REFUSAL_BYTES_MAX = 1 << 16;
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final int EVENT_BYTES_MAX = 1 << 20;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final ConnectionProvider connections;
    private final HttpClient http;

    public ProviderClient(UpstreamConfig limits, LoopResources loops, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
        this.connections = ConnectionProvider.builder("providers")
                .maxConnections(CONNECTIONS_MAX)
                .pendingAcquireMaxCount(CONNECTIONS_MAX)
                .pendingAcquireTimeout(limits.connectionWaitMax())
                .maxIdleTime(limits.connectionIdleMax())
                .build();
        this.http = HttpClient.create(connections)
                .runOn(loops)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectMax().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true);
    }

    /**
     * The request in a provider's words.
     *
     * @param model the provider's own
     * @param outputTokensUnsaid for an answer whose length nobody limited: as much is reserved
     * @throws Untranslatable where it asks for something that the provider cannot give
     */
    public static Peer.Outside translated(
            CompletionRequest request, Provider provider, String model, int outputTokensUnsaid) {
        ByteBuffer view = request.body().bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        ObjectNode chat = (ObjectNode) JsonMapper.shared().readTree(bytes);
        JsonBody body = switch (provider.shape()) {
            case OPENAI -> ToOpenAi.request(chat, model, request.stream(), outputTokensUnsaid);
            case ANTHROPIC -> ToAnthropic.request(chat, model, request.stream(), outputTokensUnsaid);
        };
        return new Peer.Outside(provider, body);
    }

    /** Sends it. Fails with {@link UpstreamFailure} and with nothing else; cancelling closes the connection. */
    Flux<AnswerPart> open(Peer.Outside peer, boolean stream) {
        return Mono.fromCallable(() -> peer.provider().key())
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(
                        IOException.class,
                        _ -> new UpstreamFailure(Kind.PROVIDER_FAILED, "its key file cannot be read"))
                .flatMapMany(key -> send(peer, stream, key));
    }

    @Override
    public void destroy() {
        connections.disposeLater().onErrorComplete().subscribe();
    }

    private Flux<AnswerPart> send(Peer.Outside peer, boolean stream, String key) {
        FlowGuard guard = new FlowGuard(limits, timer);
        AtomicBoolean answered = new AtomicBoolean();
        Provider provider = peer.provider();
        return guard.watchBeginning(http.headers(headers -> writeHeaders(provider, key, stream, headers))
                        .post()
                        .uri(provider.endpoint())
                        .send(Mono.fromSupplier(
                                () -> Unpooled.wrappedBuffer(peer.body().bytes())))
                        .response((head, content) -> {
                            answered.set(true);
                            return answer(provider, stream, head, guard.watchEngine(content.asByteArray()));
                        }))
                .onErrorMap(JacksonException.class, _ -> new UpstreamFailure(Kind.BROKEN_OFF, "its answer is no JSON"))
                .onErrorMap(failure -> answered.get()
                        ? EngineClient.inAnswer(failure)
                        : EngineClient.beforeAnswer(provider.url(), failure));
    }

    private static void writeHeaders(
            Provider provider, String key, boolean stream, io.netty.handler.codec.http.HttpHeaders headers) {
        headers.set(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
                .set(HttpHeaders.ACCEPT, stream ? MediaType.TEXT_EVENT_STREAM_VALUE : MediaType.APPLICATION_JSON_VALUE)
                .set(HttpHeaders.USER_AGENT, "weir");
        switch (provider.shape()) {
            case OPENAI -> headers.set(HttpHeaders.AUTHORIZATION, "Bearer " + key);
            case ANTHROPIC -> headers.set("x-api-key", key).set("anthropic-version", ANTHROPIC_VERSION);
        }
    }

    private Flux<AnswerPart> answer(Provider provider, boolean stream, HttpClientResponse head, Flux<byte[]> content) {
        int status = head.status().code();
        if (status != 200) {
            return whole(content, REFUSAL_BYTES_MAX)
                    .flatMapMany(body -> Flux.error(new UpstreamFailure(
                            isAboutTheRequest(status) ? Kind.PROVIDER_REFUSED : Kind.PROVIDER_FAILED,
                            "it answered " + status + " " + errorType(body))));
        }
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(stream ? MediaType.TEXT_EVENT_STREAM : MediaType.APPLICATION_JSON);
        long createdEpochSeconds = timer.now(TimeUnit.SECONDS);
        Flux<byte[]> translated;
        if (stream) {
            Flux<ServerSentEvents.Event> events = ServerSentEvents.of(content, EVENT_BYTES_MAX);
            translated = provider.shape() == Shape.OPENAI
                    ? OpenAiStream.chunks(events)
                    : AnthropicStream.chunks(events, createdEpochSeconds);
        } else {
            translated = provider.shape() == Shape.OPENAI
                    ? content
                    : whole(content, ANSWER_BYTES_MAX)
                            .map(message -> FromAnthropic.answer(message, createdEpochSeconds))
                            .flux();
        }
        return Flux.concat(Mono.just(new Head(provider.ledgerName(), status, headers)), translated.map(Piece::new));
    }

    /** Its content, its length, its parameters or its model; the next request may be answered. */
    private static boolean isAboutTheRequest(int status) {
        return status == 400 || status == 404 || status == 413 || status == 422;
    }

    private static Mono<byte[]> whole(Flux<byte[]> content, int bytesMax) {
        return content.collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length > bytesMax) {
                        throw new UpstreamFailure(
                                Kind.PROVIDER_FAILED, "its answer is longer than " + bytesMax + " bytes");
                    }
                    all.writeBytes(piece);
                })
                .map(ByteArrayOutputStream::toByteArray);
    }

    /** Its kind and no more: the message may quote the prompt, which does not belong into logs. */
    private static String errorType(byte[] body) {
        try {
            JsonNode error = JsonMapper.shared().readTree(body).path("error");
            String type = error.path("code").asString(error.path("type").asString(""));
            return type.matches("[a-z_]{1,64}") ? type : "";
        } catch (JacksonException _) {
            return "";
        }
    }
}
