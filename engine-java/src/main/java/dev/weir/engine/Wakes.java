package dev.weir.engine;

import dev.weir.engine.http.Serving;
import dev.weir.engine.lifecycle.ModelRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Wakes sleeping models for the requests that ask for them: each once, however many ask. */
final class Wakes implements Serving.Waker {

    private final ModelRegistry<?> models;
    private final ConcurrentMap<String, CompletableFuture<Void>> going = new ConcurrentHashMap<>();

    Wakes(ModelRegistry<?> models) {
        this.models = models;
    }

    @Override
    public CompletionStage<?> wake(String model) {
        return going.computeIfAbsent(model, this::begin);
    }

    private CompletableFuture<Void> begin(String model) {
        CompletableFuture<Void> awake = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("weir-wake-" + model).start(() -> {
            try {
                models.wake(model); // what keeps it asleep is its status's to tell
            } finally {
                going.remove(model);
                awake.complete(null);
            }
        });
        return awake;
    }
}
