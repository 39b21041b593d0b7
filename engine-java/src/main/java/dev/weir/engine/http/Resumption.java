package dev.weir.engine.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What makes a stream one that another engine can go on with: the name it goes by, and what its tokens are drawn with. A client that asks
 * for it ({@value #WANTED}) gets it as a ticket before the first event, and after each group of events the ids that the group told. A
 * request that brings the ticket and the ids gets the rest of the same answer.
 *
 * @param answerId the id of the answer's chunks
 * @param createdSeconds when the answer was begun
 * @param seed what the request said, or what was drawn for it
 */
record Resumption(String answerId, long createdSeconds, long seed) {

    static final String WANTED = "x-weir-resumable";
    static final String TICKET = "x-weir-resume-ticket";

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9-]{1,128}) (\\d{1,18}) (-?\\d{1,19})");

    /** The ticket that a request brings; null if it brings none. */
    static @Nullable Resumption of(HttpHeaders headers) {
        String ticket = headers.get(TICKET);
        if (ticket == null) {
            return null;
        }
        Matcher parts = FORM.matcher(ticket);
        try {
            if (parts.matches()) {
                return new Resumption(parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
            }
        } catch (NumberFormatException _) {
            // told below, as a ticket of another form is
        }
        throw new ApiException(ApiError.badField(TICKET, TICKET + " must be what an engine sent under this name"));
    }

    /** Whether the client wants to be able to resume the answer. */
    static boolean isWanted(HttpHeaders headers) {
        return "true".equals(headers.get(WANTED));
    }

    String ticket() {
        return answerId + " " + createdSeconds + " " + seed;
    }
}
