package dev.weir.control.ingress;

import java.util.concurrent.Semaphore;
import reactor.core.publisher.Mono;

/** Lets in so many requests at a time and refuses the rest at once: who waited here would only time out later. */
final class Doorway {
    private final int requestsMax;
    private final Semaphore places;

    Doorway(int requestsMax) {
        this.requestsMax = requestsMax;
        this.places = new Semaphore(requestsMax);
    }

    Mono<Void> through(Mono<Void> passage) {
        return Mono.using(this::enter, _ -> passage, Semaphore::release);
    }

    private Semaphore enter() {
        if (!places.tryAcquire()) {
            throw new Refusal(OpenAiError.tooBusy(requestsMax));
        }
        return places;
    }
}
