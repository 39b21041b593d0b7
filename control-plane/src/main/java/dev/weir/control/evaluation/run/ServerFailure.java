package dev.weir.control.evaluation.run;

import java.io.IOException;

/** A server did not answer as asked. */
public final class ServerFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    ServerFailure(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    /** Whether asking again later may help: it was busy, or not there. */
    public boolean isPassing() {
        return passing;
    }
}
