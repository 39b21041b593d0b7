package dev.weir.engine.http;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.answer.AnswerParser;
import dev.weir.engine.http.Arrival.WireRequest;
import dev.weir.engine.request.Constraint;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.streaming.TokenStream;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers chat and text completions: decode, admit, relay. */
final class GenerationEndpoint implements Router.Endpoint {

    /** Which of the models that have or had the name it was that answered. */
    private static final String VERSION = "x-weir-model-version";

    /** What tells the two kinds apart. */
    enum Kind {
        CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk"),
        TEXT("cmpl-", "text_completion", "text_completion"),
        RESPONSE("resp_", "response", "response");

        private final String idPrefix;
        private final String objectName;
        private final String chunkName;

        Kind(String idPrefix, String objectName, String chunkName) {
            this.idPrefix = idPrefix;
            this.objectName = objectName;
            this.chunkName = chunkName;
        }
    }

    /** What a request asks for, and how its answer is written. */
    record Decoded(GenerationCall call, Function<AnswerHead, AnswerFormat> format) {}

    private final Kind kind;
    private final Function<byte[], Decoded> decoder;
    private final TrustedProxy proxy;
    private final Workers workers;
    /** For forms that answers must have: one that takes long to compile holds up others of its kind only. */
    private final Workers compilers;

    private final Supplier<String> ids;
    private final InstantSource clock;

    GenerationEndpoint(
            Kind kind,
            Function<byte[], Decoded> decoder,
            TrustedProxy proxy,
            Workers workers,
            Workers compilers,
            Supplier<String> ids,
            InstantSource clock) {
        this.kind = kind;
        this.decoder = decoder;
        this.proxy = proxy;
        this.workers = workers;
        this.compilers = compilers;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public void handle(WireRequest request, Exchange exchange) {
        prepare(request, exchange, null);
    }

    /** A form that was compiled for this request. */
    private record CompiledForm(ConstraintCompiler by, Constraint form) {}

    /**
     * Decodes a request and submits it. A form that nobody has compiled yet is compiled first, elsewhere, and then the request is prepared once
     * more: its model may have gone to sleep in the meantime.
     */
    private void prepare(WireRequest request, Exchange exchange, @Nullable CompiledForm compiled) {
        workers.run(exchange, () -> {
            Decoded decoded = decoder.apply(request.body());
            Resumption resumed = Resumption.of(request.headers());
            GenerationCall call =
                    resumed == null ? decoded.call() : decoded.call().withSeed(resumed.seed());
            ServiceTerms terms = proxy.terms(request.headers(), call.wishes());
            RequestedForm form = call.form();
            if (form == null) {
                return answer(exchange, request.headers(), call, decoded.format(), terms, null);
            }
            ConstraintCompiler compiler = call.model().constraints();
            Constraint known = compiled != null && compiled.by().equals(compiler)
                    ? compiled.form()
                    : compiler.known(form.source());
            if (known != null) {
                return answer(exchange, request.headers(), call, decoded.format(), terms, known);
            }
            return () -> compilers.run(exchange, () -> {
                CompiledForm made = new CompiledForm(compiler, form.compile(compiler));
                return () -> prepare(request, exchange, made);
            });
        });
    }

    private Runnable answer(
            Exchange exchange,
            HttpHeaders headers,
            GenerationCall call,
            Function<AnswerHead, AnswerFormat> formats,
            ServiceTerms terms,
            @Nullable Constraint form) {
        Resumption resumed = Resumption.of(headers);
        Resumption name = resumed == null
                ? new Resumption(
                        kind.idPrefix + ids.get(),
                        clock.instant().getEpochSecond(),
                        call.sampling().seed(),
                        0)
                : resumed;
        AnswerHead head = new AnswerHead(
                name.answerId(),
                kind.objectName,
                kind.chunkName,
                name.createdSeconds(),
                call.model().name());
        if (!call.model().version().isEmpty()) {
            exchange.answerHeader(VERSION, call.model().version());
        }
        List<Sequence> sequences = submit(call, head.id(), terms, form);
        AnswerFormat format = formats.apply(head);
        boolean resumable = Resumption.isWanted(headers)
                && call.answer().stream()
                && call.sequenceCount() == 1
                && format.isResumable();
        if (resumable) {
            exchange.answerHeader(Resumption.TICKET, name.ticket());
        }
        return new AnswerRelay(exchange, format, call.answer(), sequences, resumable, name.eventsTold())::start;
    }

    /** All sequences of a request come in, or none. */
    static List<Sequence> submit(GenerationCall call, String id, ServiceTerms terms, @Nullable Constraint form) {
        List<Sequence> sequences = new ArrayList<>(call.sequenceCount());
        try {
            for (int index = 0; index < call.sequenceCount(); index++) {
                GenerationRequest free = call.request(id, index, terms);
                GenerationRequest request = form == null ? free : free.constrained(form);
                TokenStream stream = new TokenStream();
                int[] tokenIds = call.prompts().get(index / call.choices());
                Sequence.Prompt prompt = new Sequence.Prompt(tokenIds, call.echo(tokenIds));
                AnswerParser parser = new AnswerParser(call.rules());
                sequences.add(new Sequence(
                        index, prompt, stream, parser, call.answer().promptOnly()));
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
