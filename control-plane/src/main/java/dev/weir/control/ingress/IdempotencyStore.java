package dev.weir.control.ingress;

import reactor.core.publisher.Mono;

/** Where it is known which keys were used, and what was told under them. Fails where it cannot be asked. */
interface IdempotencyStore {

    /** A caller's key; a tenant's keys are its own. */
    record Name(String tenant, String key) {}

    /** What there is under a name. */
    sealed interface Held {
        /** Nothing was: it is now this request's, until it keeps an answer or lets go. */
        record Claimed() implements Held {}

        /**
         * Another request is being answered.
         *
         * @param fingerprint of what it asks
         */
        record UnderWay(String fingerprint) implements Held {}

        /**
         * What a caller was told.
         *
         * @param fingerprint of what it had asked
         */
        @SuppressWarnings("ArrayRecordComponent") // passed on and never compared
        record Told(String fingerprint, String contentType, byte[] bytes) implements Held {}
    }

    /** Takes the name for a request, if it is free. */
    Mono<Held> claim(Name name, String fingerprint);

    /** Holds what was claimed; never completes, and is cancelled when the request is over. */
    Mono<Void> hold(Name name, String fingerprint);

    /** Remembers for a while what was told. */
    Mono<Void> keep(Name name, Held.Told told);

    /** Frees what was claimed. */
    Mono<Void> release(Name name, String fingerprint);
}
