package dev.weir.control.upstream;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An exchange with an engine that did not come to its end. Carries no stack trace: it is an answer, not a fault of ours. */
public final class UpstreamFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** How far the exchange had come, which decides what a client may be told and whether it may try again. */
    public enum Kind {
        /** No engine can be sent the request now; nobody has seen anything of it. */
        NONE_READY,
        /** No connection could be made; the engine has seen nothing of the request. */
        UNREACHABLE,
        /** Every connection is in use and the wait for one was too long; the engine has seen nothing of the request. */
        CONNECTIONS_EXHAUSTED,
        /** The head of the answer did not come in time. */
        FIRST_BYTE_TIMEOUT,
        /** The engine closed the connection before its answer was complete. */
        BROKEN_OFF,
        /** The answer began, then nothing more of it came in time. */
        SILENT,
        /** Another engine was to go on with the stream and would not. */
        NOT_RESUMED,
        /** A provider outside would not, or did not, answer the request. */
        PROVIDER_FAILED,
        /** A provider outside found the request itself wrong, which says nothing of the provider. */
        PROVIDER_REFUSED,
        /** The answer as a whole took too long. */
        TOTAL_TIMEOUT,
        /** The client left the answer unread for too long. */
        CLIENT_STALLED
    }

    private final Kind kind;
    private final @Nullable String model;

    public UpstreamFailure(Kind kind, String message) {
        this(kind, message, null);
    }

    private UpstreamFailure(Kind kind, String message, @Nullable String model) {
        super(message, null, false, false);
        this.kind = kind;
        this.model = model;
    }

    /** The same, after which nobody else can be asked for an answer of this model. */
    UpstreamFailure atLast(String ofModel) {
        return new UpstreamFailure(kind, String.valueOf(getMessage()), ofModel);
    }

    public Kind kind() {
        return kind;
    }

    /** Of which model there is no answer, if it is the last word on a request. */
    public Optional<String> model() {
        return Optional.ofNullable(model);
    }
}
