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
 * @param eventsTold how many events the client has been told, which matters where they are numbered
 */
record Resumption(String answerId, long createdSeconds, long seed, int eventsTold) {

    static final String WANTED = "x-weir-resumable";
    static final String TICKET = "x-weir-resume-ticket";
    static final String EVENTS = "x-weir-resume-events";

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{1,128}) (\\d{1,18}) (-?\\d{1,19})");

    /** The ticket that a request brings; null if it brings none. */
    static @Nullable Resumption of(HttpHeaders headers) {
        String ticket = headers.get(TICKET);
        if (ticket == null) {
            return null;
        }
        Matcher parts = FORM.matcher(ticket);
        try {
            if (parts.matches()) {
                return new Resumption(
                        parts.group(1),
                        Long.parseLong(parts.group(2)),
                        Long.parseLong(parts.group(3)),
                        eventsTold(headers));
            }
        } catch (NumberFormatException _) {
            // told below, as a ticket of another form is
        }
        throw new ApiException(ApiError.badField(TICKET, TICKET + " must be what an engine sent under this name"));
    }

    private static int eventsTold(HttpHeaders headers) {
        String count = headers.get(EVENTS, "0");
        if (!count.matches("\\d{1,9}")) {
            throw new ApiException(ApiError.badField(EVENTS, EVENTS + " must be a count of events: " + count));
        }
        return Integer.parseInt(count);
    }

    /** Whether the client wants to be able to resume the answer. */
    static boolean isWanted(HttpHeaders headers) {
        return "true".equals(headers.get(WANTED));
    }

    String ticket() {
        return answerId + " " + createdSeconds + " " + seed;
    }
}
