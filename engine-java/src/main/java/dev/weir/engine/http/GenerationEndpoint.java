package dev.weir.engine.http;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.http.Arrival.WireRequest;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.streaming.TokenStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers chat and text completions: decode, admit, relay. */
final class GenerationEndpoint implements Router.Endpoint {

    /** What tells the two kinds apart. */
    enum Kind {
        CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk"),
        TEXT("cmpl-", "text_completion", "text_completion");

        private final String idPrefix;
        private final String objectName;
        private final String chunkName;

        Kind(String idPrefix, String objectName, String chunkName) {
            this.idPrefix = idPrefix;
            this.objectName = objectName;
            this.chunkName = chunkName;
        }
    }

    private final Kind kind;
    private final Function<byte[], GenerationCall> decoder;
    private final TrustedProxy proxy;
    private final Workers workers;
    private final Supplier<String> ids;
    private final InstantSource clock;

    GenerationEndpoint(
            Kind kind,
            Function<byte[], GenerationCall> decoder,
            TrustedProxy proxy,
            Workers workers,
            Supplier<String> ids,
            InstantSource clock) {
        this.kind = kind;
        this.decoder = decoder;
        this.proxy = proxy;
        this.workers = workers;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public void handle(WireRequest request, Exchange exchange) {
        workers.run(exchange, () -> {
            GenerationCall call = decoder.apply(request.body());
            AnswerHead head = new AnswerHead(
                    kind.idPrefix + ids.get(),
                    kind.objectName,
                    kind.chunkName,
                    clock.instant().getEpochSecond(),
                    call.model().name());
            List<Sequence> sequences = submit(call, head.id(), proxy.terms(request.headers(), call.wishes()));
            return new AnswerRelay(exchange, format(head, call), call.answer(), sequences)::start;
        });
    }

    private AnswerFormat format(AnswerHead head, GenerationCall call) {
        AnswerOptions options = call.answer();
        LogprobsJson logprobs = new LogprobsJson(call.model().tokenizer(), options.tokensAsIds());
        return switch (kind) {
            case CHAT -> new ChatFormat(head, options, logprobs);
            case TEXT -> new TextFormat(head, options, logprobs);
        };
    }

    /** All sequences of a request come in, or none. */
    static List<Sequence> submit(GenerationCall call, String id, ServiceTerms terms) {
        List<Sequence> sequences = new ArrayList<>(call.sequenceCount());
        try {
            for (int index = 0; index < call.sequenceCount(); index++) {
                GenerationRequest request = call.request(id, index, terms);
                TokenStream stream = new TokenStream();
                sequences.add(new Sequence(index, request.promptTokenIds(), stream));
                switch (call.model().submit(request, stream)) {
                    case Admitted _ -> {}
                    case Rejected rejected -> throw new ApiException(refusal(rejected, call.promptField()));
                }
            }
            return sequences;
        } catch (RuntimeException | Error e) {
            sequences.forEach(sequence -> sequence.stream().cancel());
            throw e;
        }
    }

    static ApiError refusal(Rejected rejected, String promptField) {
        String message = rejected.message();
        return switch (rejected.reason()) {
            case QUEUE_FULL -> ApiError.overloaded(message);
            case DEADLINE_UNREACHABLE -> ApiError.unavailable("deadline_unreachable", message);
            case PROMPT_TOO_LONG -> ApiError.contextLengthExceeded(promptField, message);
            case UNKNOWN_TOKEN, NEVER_FITS -> ApiError.badField(promptField, message);
            case SHUTTING_DOWN -> ApiError.unavailable("shutting_down", message);
            case ENGINE_FAILED -> ApiError.unavailable("engine_failed", message);
        };
    }
}
