package dev.weir.bench.server;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.Call;
import dev.weir.bench.load.CompletionClient;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Timeline;
import dev.weir.bench.workload.Message;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Asks a server for streams. */
public final class HttpCompletionClient implements CompletionClient, AutoCloseable {
    private static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(10);
    private static final int REFUSAL_BYTES_MAX = 64 << 10;

    private final HttpClient http = Connections.open(CONNECT_TIME_MAX);
    private final JsonMapper json = JsonMapper.shared();
    private final Target target;
    private final CallOptions options;
    private final Timeline timeline;

    public HttpCompletionClient(Target target, CallOptions options, Timeline timeline) {
        this.target = target;
        this.options = options;
        this.timeline = timeline;
    }

    @Override
    public void ask(Call call, Consumer<Answer> whenDone) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        target.path(options.endpoint().path()))
                .header("content-type", "application/json")
                .header("accept", "text/event-stream")
                .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body(call))));
        target.apiKey().ifPresent(key -> request.header("authorization", "Bearer " + key));
        long sentNanos = timeline.nanos();
        CompletableFuture<HttpResponse<Answer>> exchange =
                http.sendAsync(request.build(), response -> reader(response, sentNanos));
        // The copy carries the timeout: cancelling the original is what closes the connection.
        var _ = exchange.copy()
                .orTimeout(options.answerTimeMax().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> {
                    if (response != null) {
                        whenDone.accept(response.body());
                    } else {
                        exchange.cancel(true);
                        whenDone.accept(failed(failure));
                    }
                });
    }

    private Map<String, Object> body(Call call) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", options.model());
        switch (options.endpoint()) {
            case CHAT -> body.put("messages", call.messages());
            case COMPLETIONS ->
                body.put(
                        "prompt", call.messages().stream().map(Message::content).collect(Collectors.joining("\n")));
        }
        body.put("max_tokens", call.outputTokensMax());
        body.put("temperature", options.temperature());
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        if (options.ignoreEos()) {
            body.put("ignore_eos", true);
        }
        return body;
    }

    private BodySubscriber<Answer> reader(HttpResponse.ResponseInfo response, long sentNanos) {
        if (response.statusCode() == 200) {
            return new AnswerReader(timeline, sentNanos);
        }
        return BodySubscribers.mapping(
                BodySubscribers.limiting(BodySubscribers.ofByteArray(), REFUSAL_BYTES_MAX),
                body -> new Answer.Failed(
                        kind(response.statusCode()), refusal(response.statusCode(), body), timeline.nanos()));
    }

    private static FailureKind kind(int status) {
        if (status == 429) {
            return FailureKind.OVERLOADED;
        }
        return status >= 400 && status < 500 ? FailureKind.REFUSED : FailureKind.SERVER_ERROR;
    }

    private String refusal(int status, byte[] body) {
        return status + ": " + ErrorText.of(json, body);
    }

    private Answer failed(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        FailureKind kind = cause instanceof TimeoutException ? FailureKind.TIMEOUT : FailureKind.CONNECTION;
        return new Answer.Failed(kind, String.valueOf(cause), timeline.nanos());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
