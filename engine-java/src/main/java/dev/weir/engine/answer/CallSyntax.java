package dev.weir.engine.answer;

/** Reads what stands behind a format's opening mark, a character at a time, and tells calls as they become certain. */
interface CallSyntax {

    /** What became of a character. */
    enum Reading {
        /** It may be part of a call. */
        HELD,
        /** All up to here was told. */
        TOLD,
        /** All up to here was told, and no more is expected. */
        DONE,
        /** It cannot stand here: what was held since something was last told is no call. */
        REFUSED
    }

    Reading read(char character);

    /** The answer has ended: tells what was kept back. True where what is held belongs to a call that was told. */
    boolean finish();
}
