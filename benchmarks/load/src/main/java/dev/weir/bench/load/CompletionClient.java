package dev.weir.bench.load;

import java.util.function.Consumer;

/** Whoever can be asked for a completion. */
public interface CompletionClient {
    /**
     * Asks, without waiting.
     *
     * @param whenDone gets exactly one answer, on any thread
     */
    void ask(Call call, Consumer<Answer> whenDone);
}
