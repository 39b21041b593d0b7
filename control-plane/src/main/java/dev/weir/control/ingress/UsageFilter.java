package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.completion.Endpoint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Notes what an answer took as it passes, and takes out of a stream what its caller did not ask to be told: the last chunk, which has nothing
 * but the token counts, and the empty {@code usage} of all others.
 */
final class UsageFilter {
    private static final byte[] NO_USAGE = ",\"usage\":null}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_CHOICES = "\"choices\":[]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USAGE = "\"usage\":{".getBytes(StandardCharsets.US_ASCII);

    /** Events with the whole of a response; all others repeat what the request said, and would let it say what it took. */
    private static final List<byte[]> ENDS_OF_RESPONSES = Stream.of("completed", "incomplete", "failed")
            .map(end -> ("event: response." + end + "\n").getBytes(StandardCharsets.US_ASCII))
            .toList();

    private final Call call;
    private final UsageScanner scanner = new UsageScanner();

    UsageFilter(Call call) {
        this.call = call;
    }

    /** A piece of an answer that is no stream; it passes as it is. */
    void see(byte[] piece) {
        call.answered();
        scanner.scan(piece, 0, piece.length);
        scanner.found().ifPresent(call::told);
    }

    /** Whole events of a stream; what is to go on of them, which may be nothing. */
    byte[] pass(byte[] events) {
        call.answered();
        if (call.request().endpoint() == Endpoint.RESPONSES) {
            return passNamed(events);
        }
        scanner.scan(events, 0, events.length);
        scanner.found().ifPresent(call::told);
        if (call.request().usageAsked()) {
            call.piecesPassed(count(events));
            return events;
        }
        return strip(events);
    }

    private byte[] passNamed(byte[] events) {
        int count = 0;
        for (int start = 0; start < events.length; count++) {
            int end = endOfEvent(events, start);
            int from = start;
            if (ENDS_OF_RESPONSES.stream().anyMatch(name -> indexOf(events, name, from, from + name.length) == from)) {
                scanner.scan(events, start, end);
            }
            start = end;
        }
        scanner.found().ifPresent(call::told);
        call.piecesPassed(count);
        return events;
    }

    private static int count(byte[] events) {
        int count = 0;
        for (int start = 0; start < events.length; start = endOfEvent(events, start)) {
            count++;
        }
        return count;
    }

    private byte[] strip(byte[] events) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(events.length);
        int eventCount = 0;
        for (int start = 0; start < events.length; ) {
            int end = endOfEvent(events, start);
            int text = endOfText(events, start, end);
            boolean onlyUsage =
                    indexOf(events, NO_CHOICES, start, text) >= 0 && indexOf(events, USAGE, start, text) >= 0;
            if (!onlyUsage) {
                eventCount++;
                int cut = text - NO_USAGE.length;
                if (cut > start && indexOf(events, NO_USAGE, cut, text) == cut) {
                    kept.write(events, start, cut - start);
                    kept.write('}');
                    kept.write(events, text, end - text);
                } else {
                    kept.write(events, start, end - start);
                }
            }
            start = end;
        }
        call.piecesPassed(eventCount);
        return kept.toByteArray();
    }

    /** Just behind the blank line that ends the event which begins there. */
    private static int endOfEvent(byte[] events, int start) {
        for (int i = start + 1; i < events.length; i++) {
            boolean lineIsEmpty =
                    events[i - 1] == '\n' || (i >= start + 2 && events[i - 1] == '\r' && events[i - 2] == '\n');
            if (events[i] == '\n' && lineIsEmpty) {
                return i + 1;
            }
        }
        return events.length;
    }

    private static int endOfText(byte[] events, int start, int end) {
        int text = end;
        while (text > start && (events[text - 1] == '\n' || events[text - 1] == '\r')) {
            text--;
        }
        return text;
    }

    private static int indexOf(byte[] bytes, byte[] part, int from, int to) {
        for (int i = from; i <= Math.min(to, bytes.length) - part.length; i++) {
            int matched = 0;
            while (matched < part.length && bytes[i + matched] == part[matched]) {
                matched++;
            }
            if (matched == part.length) {
                return i;
            }
        }
        return -1;
    }
}
