package dev.weir.control.rollout.live;

import reactor.core.publisher.Mono;

/** Asks a version something small. */
@FunctionalInterface
public interface VersionProbe {

    /** Whether it answered; a failure is an answer of no. */
    Mono<Boolean> answers(String model);
}
