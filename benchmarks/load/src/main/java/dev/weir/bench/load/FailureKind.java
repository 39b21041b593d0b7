package dev.weir.bench.load;

/** Why there is no answer. */
public enum FailureKind {
    /** No connection could be made, or it broke before the answer began. */
    CONNECTION("no connection"),
    /** The answer was not complete in time. */
    TIMEOUT("timed out"),
    /** A status of 400 to 499; 429 is one of its own. */
    REFUSED("refused (4xx)"),
    /** Status 429. */
    OVERLOADED("overloaded (429)"),
    /** Any other status but 200. */
    SERVER_ERROR("server error (5xx)"),
    /** The stream said that something went wrong. */
    STREAM_ERROR("error in the stream"),
    /** The stream ended before it was complete. */
    CUT_OFF("stream cut off"),
    /** What came was no stream of completion chunks. */
    NOT_UNDERSTOOD("not understood"),
    /** The stream was complete and had no text. */
    EMPTY("empty answer"),
    /** A turn that was not sent, because the one before it failed. */
    NOT_SENT("not sent: an earlier turn failed");

    private final String words;

    FailureKind(String words) {
        this.words = words;
    }

    /** For people. */
    public String words() {
        return words;
    }
}
