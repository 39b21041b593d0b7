package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.cache.Recording;
import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.completion.ServedExchange;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import dev.weir.control.upstream.EngineAnswer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/** Station 11: hands an engine's answer to the client as it comes, no faster than the client reads it. */
final class AnswerRelay {
    private final int eventBytesMax;
    private final AnswerWitness witness;
    private final PromptStation prompts;

    AnswerRelay(IngressConfig config, AnswerWitness witness, PromptStation prompts) {
        this.witness = witness;
        this.prompts = prompts;
        this.eventBytesMax = Math.toIntExact(config.eventSizeMax().toBytes());
    }

    Mono<Void> relay(EngineAnswer answer, ServerWebExchange exchange, Passage passage, Call call, Recording recording) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        HttpHeaders headers = response.getHeaders();
        // What Weir has said of itself stands: request id, engine.
        answer.headers().forEach((name, values) -> {
            if (!headers.containsHeader(name)) {
                headers.put(name, values);
            }
        });
        Flux<byte[]> leaving = heard(answer, witness, call.served()).doOnCancel(call::left);
        Flux<byte[]> content = leaving.doOnNext(_ -> passage.pieceCame());
        if (answer.status() != 200) {
            // Of an error nobody pays for anything, in whatever form it comes.
            return AnswerWriter.whole(exchange, content);
        }
        if (answer.isEventStream()) {
            return relayEvents(content, exchange, passage, call, recording);
        }
        if (prompts.changes(call)) {
            headers.remove(HttpHeaders.CONTENT_LENGTH);
        }
        Flux<byte[]> guarded = prompts.whole(call, content.doOnNext(new UsageFilter(call)::see));
        return AnswerWriter.whole(exchange, noted(guarded, response, call, recording));
    }

    /** What an answer says, heard by the witness where that is of interest to it. */
    static Flux<byte[]> heard(EngineAnswer answer, AnswerWitness witness, ServedExchange exchange) {
        Flux<byte[]> content = answer.content();
        return answer.status() != 200
                ? content
                : witness.of(exchange)
                        .map(hearing -> content.doOnNext(hearing::piece)
                                .doFinally(signal -> hearing.over(signal == SignalType.ON_COMPLETE)))
                        .orElse(content);
    }

    /** Shows an answer that nobody waits for to the recording, and to nobody else. */
    Mono<Void> note(EngineAnswer answer, Call call, Recording recording) {
        if (answer.status() != 200) {
            return answer.content().then();
        }
        UsageFilter usage = new UsageFilter(call);
        Flux<byte[]> content = answer.isEventStream()
                ? prompts.events(
                        call, WholeEvents.of(answer.content(), eventBytesMax).map(usage::pass))
                : prompts.whole(call, answer.content().doOnNext(usage::see));
        String type = String.valueOf(answer.headers().getFirst(HttpHeaders.CONTENT_TYPE));
        return content.doOnNext(recording::see)
                .doOnComplete(() -> recording.ended(type, call.usage()))
                .then();
    }

    private Mono<Void> relayEvents(
            Flux<byte[]> content, ServerWebExchange exchange, Passage passage, Call call, Recording recording) {
        ServerHttpResponse response = exchange.getResponse();
        response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
        UsageFilter usage = new UsageFilter(call);
        return AnswerWriter.events(
                exchange,
                WholeEvents.of(content, eventBytesMax)
                        .map(usage::pass)
                        .filter(events -> events.length > 0)
                        .transform(events -> prompts.events(call, events))
                        .transform(events -> noted(events, response, call, recording))
                        .transform(events -> AnswerWriter.translated(exchange, events))
                        .transform(events -> endingWithErrorEvent(events, exchange, passage)));
    }

    private static Flux<byte[]> noted(
            Flux<byte[]> content, ServerHttpResponse response, Call call, Recording recording) {
        return content.doOnNext(recording::see)
                .doOnComplete(() -> recording.ended(
                        String.valueOf(response.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE)), call.usage()));
    }

    /** Until the first event the head is still ours to choose, so a failure is left to become a status of its own. */
    private static Flux<byte[]> endingWithErrorEvent(Flux<byte[]> events, ServerWebExchange exchange, Passage passage) {
        return events.switchOnFirst((first, all) -> first.isOnError()
                        && !exchange.getResponse().isCommitted()
                ? all
                : all.onErrorResume(failure -> {
                    passage.brokeOff();
                    return (first.isOnError() ? OpenAiErrors.known(failure) : OpenAiErrors.knownWithin(failure))
                            .map(error -> Flux.just(Dialect.of(exchange).errorEvent(error, RequestIds.of(exchange))))
                            .orElseGet(() -> Flux.error(failure));
                }));
    }
}
