package dev.weir.control.ingress;

import dev.weir.control.upstream.EngineAnswer;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** A better model of the way up that has told nobody anything: others may be asked, and the answer that came before it is still there. */
final class StepFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable UnseenAnswer refusal;

    private StepFailed(String message, @Nullable Throwable failure, @Nullable UnseenAnswer refusal) {
        super(message, failure, false, false);
        this.refusal = refusal;
    }

    /** It was not asked. */
    static StepFailed noRoom(String model) {
        return new StepFailed("limits leave no room for " + model, null, null);
    }

    /** It was not asked, but what is said of it is what its caller would be told. */
    static StepFailed blocked(String model, PromptBlocked blocked) {
        return new StepFailed("guards keep the prompt from " + model, blocked.refusal(), null);
    }

    static StepFailed of(String model, int status, Throwable failure) {
        return new StepFailed(said(model, status), failure, null);
    }

    static StepFailed of(String model, UnseenAnswer refusal) {
        return new StepFailed(said(model, refusal.head().status()), null, refusal);
    }

    private static String said(String model, int status) {
        return model + " did not answer (" + status + ")";
    }

    /** What it failed with, for the caller; nothing where limits left no room. */
    Optional<Mono<Void>> told(Function<EngineAnswer, ? extends Publisher<Void>> relay) {
        return refusal != null
                ? Optional.of(Mono.defer(() -> Mono.from(relay.apply(refusal.asItCame()))))
                : Optional.ofNullable(getCause()).map(Mono::error);
    }
}
