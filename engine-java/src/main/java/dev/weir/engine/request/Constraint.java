package dev.weir.engine.request;

/** The form that an answer must have. Any number of answers are written with one, each with a {@link Progress}; safe for use from any thread. */
public interface Constraint {

    /** An answer that has not begun. */
    Progress begin();

    /** One answer while it is written; confined to one thread. */
    interface Progress {

        /**
         * The tokens that may come next, a bit for each id from the lowest bit of the first word on; what lies beyond the array may not. Always
         * has one, unless the answer {@link #isComplete}. Shared: not to be written.
         */
        long[] allowedTokens();

        /** Goes on after a token; false, and nothing changes, where it is not allowed. */
        boolean accept(int tokenId);

        /** Whether the answer has its form and nothing can follow. */
        boolean isComplete();
    }
}
