package dev.weir.control.quota;

import dev.weir.control.quota.Verdict.Granted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/**
 * What is set aside for one request, from the question whether there is enough of it until it is settled.
 *
 * <p>The question is not taken back when its asker leaves, because what it took would be nobody's: settling waits for its answer, whichever of
 * the two comes first.
 */
public final class Reservation {
    private final CompletableFuture<Verdict> verdict;
    private final Consumer<Amounts> correction;
    private final AtomicBoolean settled = new AtomicBoolean();

    Reservation(CompletableFuture<Verdict> verdict, Consumer<Amounts> correction) {
        this.verdict = verdict;
        this.correction = correction;
    }

    public Mono<Verdict> verdict() {
        return Mono.fromFuture(verdict, true);
    }

    /** Replaces what was set aside by what was spent. Settling twice is settling once. */
    public void settle(Amounts spent) {
        if (settled.compareAndSet(false, true)) {
            CompletableFuture<Void> _ = verdict.thenAccept(answer -> {
                if (answer instanceof Granted) {
                    correction.accept(spent);
                }
            });
        }
    }
}
