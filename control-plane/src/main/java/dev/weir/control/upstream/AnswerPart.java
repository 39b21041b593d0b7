package dev.weir.control.upstream;

import dev.weir.control.completion.EngineTimes;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** What comes from an engine: one head, then pieces of content, then perhaps what its time went into. */
sealed interface AnswerPart {

    /**
     * The beginning.
     *
     * @param from who answers
     * @param headers end-to-end headers only
     */
    record Head(String from, int status, HttpHeaders headers) implements AnswerPart {
        /** What lets another engine go on with a stream; goes back to the engines and no further. */
        private static final String TICKET = "x-weir-resume-ticket";

        /** The ticket, or an empty text where this cannot be resumed. */
        String ticket() {
            MediaType type = headers.getContentType();
            String ticket = headers.getFirst(TICKET);
            boolean stream = type != null && MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type);
            return stream && ticket != null ? ticket : "";
        }

        Head withoutTicket() {
            HttpHeaders kept = new HttpHeaders();
            headers.forEach(kept::put);
            kept.remove(TICKET);
            return new Head(from, status, kept);
        }

        boolean isHealthy() {
            return status < 500;
        }

        boolean isBroken() {
            return status == 500 || status == 502 || status == 504;
        }

        /** There is no room, now. */
        boolean isBusy() {
            return status == 429 || status == 503;
        }

        /** Overloaded, not ready, or broken: another engine may not be. Everything else would be said by any. */
        boolean isAnothersToAnswer() {
            return isBusy() || isBroken();
        }
    }

    /** A plain array, copied once out of the connection's pooled memory: whichever way it is dropped, nothing leaks. */
    @SuppressWarnings("ArrayRecordComponent") // passed on and never compared
    record Piece(byte[] bytes) implements AnswerPart {}

    /** For those who gave the request to the engine, and no part of the answer. */
    record Took(EngineTimes times) implements AnswerPart {}

    /** Of a piece; an answer has one head, and this is behind it. */
    static byte[] bytes(AnswerPart part) {
        return switch (part) {
            case Piece(var bytes) -> bytes;
            case Head _, Took _ -> throw new IllegalStateException("an answer has one head, and else pieces");
        };
    }
}
