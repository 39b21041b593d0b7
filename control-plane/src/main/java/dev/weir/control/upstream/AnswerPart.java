package dev.weir.control.upstream;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** What comes from an engine: one head, then pieces of content. */
sealed interface AnswerPart {

    /**
     * The beginning.
     *
     * @param headers end-to-end headers only
     */
    record Head(int status, HttpHeaders headers) implements AnswerPart {
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
            return new Head(status, kept);
        }
    }

    /** A plain array, copied once out of the connection's pooled memory: whichever way it is dropped, nothing leaks. */
    @SuppressWarnings("ArrayRecordComponent") // passed on and never compared
    record Piece(byte[] bytes) implements AnswerPart {}
}
