package dev.weir.control.completion;

import java.util.Optional;

/** Sees good answers to live requests as they pass, and changes nothing about them. */
@FunctionalInterface
public interface AnswerWitness {
    /** Looks away. */
    AnswerWitness NONE = _ -> Optional.empty();

    /** Hears one answer to its end. Called by one thread at a time; must not wait. */
    interface Hearing {
        /** The next bytes of it, as the engine sent them. */
        void piece(byte[] bytes);

        /** Whether all of it came. */
        void over(boolean whole);
    }

    /** A hearing of this answer, or nothing where it is not of interest. */
    Optional<Hearing> of(ServedExchange exchange);
}
