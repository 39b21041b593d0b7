package dev.weir.control.upstream;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The events of one engine's part of a resumable stream. A group of events is held until the engine has said, in a comment behind it,
 * which tokens it told; the two arrive together, and only together do they count. So whatever an engine dies in the middle of, the client
 * has seen exactly what the ids say. The comments themselves stay here.
 *
 * <p>The stream is whole with {@code [DONE]}, or with the event that ends a response, and with nothing else: an error event, or an end
 * without it, fails.
 */
final class ResumableEvents {
    private static final byte[] TOKENS = ascii(": tokens");
    private static final List<byte[]> ENDS = Stream.of(
                    "data: [DONE]", "event: response.completed\n", "event: response.incomplete\n")
            .map(ResumableEvents::ascii)
            .toList();
    private static final List<byte[]> ERRORS = Stream.of(
                    "data: {\"error\"", "event: error\n", "event: response.failed\n")
            .map(ResumableEvents::ascii)
            .toList();
    private static final String DATA_PREFIX = "data: ";

    private final ToldTokens told;
    private final int heldBytesMax;
    private final ByteArrayOutputStream group = new ByteArrayOutputStream();
    private int groupEvents;
    private byte[] rest = new byte[0];
    private boolean done;
    private @Nullable UpstreamFailure failure;

    private ResumableEvents(ToldTokens told, int heldBytesMax) {
        this.told = told;
        this.heldBytesMax = heldBytesMax;
    }

    /** The pieces' events without what concerns resuming. */
    static Flux<byte[]> of(Flux<byte[]> pieces, ToldTokens told, int heldBytesMax) {
        return Flux.defer(() -> {
            ResumableEvents events = new ResumableEvents(told, heldBytesMax);
            return pieces.handle(events::take).concatWith(Flux.defer(events::end));
        });
    }

    private void take(byte[] piece, SynchronousSink<byte[]> out) {
        byte[] bytes = rest.length == 0 ? piece : concat(rest, piece);
        ByteArrayOutputStream released = new ByteArrayOutputStream(bytes.length);
        int begin = 0;
        for (int end = blockEnd(bytes, begin); end > 0; end = blockEnd(bytes, begin)) {
            if (startsWithOne(bytes, begin, ERRORS)) {
                failure = endedByEngine(bytes, begin, end);
                break;
            }
            read(bytes, begin, end, released);
            begin = end;
        }
        rest = begin == 0 ? bytes : Arrays.copyOfRange(bytes, begin, bytes.length);
        if (failure == null && group.size() + rest.length > heldBytesMax) {
            failure = new UpstreamFailure(
                    Kind.BROKEN_OFF,
                    "it sent more than " + heldBytesMax + " bytes without saying which tokens they are");
        }
        if (released.size() > 0) {
            out.next(released.toByteArray()); // what was certain before the failure; the end finds the failure
        }
        if (failure != null) {
            out.complete();
        }
    }

    private void read(byte[] bytes, int begin, int end, ByteArrayOutputStream released) {
        if (startsWith(bytes, begin, TOKENS)) {
            readIds(bytes, begin + TOKENS.length, end);
            release(released);
            return;
        }
        group.write(bytes, begin, end - begin);
        groupEvents++;
        if (startsWithOne(bytes, begin, ENDS)) {
            done = true;
            release(released);
        }
    }

    private void release(ByteArrayOutputStream released) {
        released.writeBytes(group.toByteArray());
        told.addEvents(groupEvents);
        group.reset();
        groupEvents = 0;
    }

    private void readIds(byte[] bytes, int begin, int end) {
        int id = -1;
        for (int i = begin; i < end; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                id = Math.max(id, 0) * 10 + (bytes[i] - '0');
            } else if (id >= 0) {
                told.add(id);
                id = -1;
            }
        }
    }

    private Flux<byte[]> end() {
        if (failure != null) {
            return Flux.error(failure);
        }
        return done
                ? Flux.empty()
                : Flux.error(new UpstreamFailure(Kind.BROKEN_OFF, "it ended its answer before the answer was whole"));
    }

    private static UpstreamFailure endedByEngine(byte[] bytes, int begin, int end) {
        String event = new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
        String json = event.substring(Math.max(0, event.indexOf(DATA_PREFIX)) + DATA_PREFIX.length());
        String why;
        try {
            JsonNode told = JsonMapper.shared().readTree(json);
            why = told.path("error")
                    .path("message")
                    .asString(told.path("message").asString(""));
        } catch (JacksonException _) {
            why = "";
        }
        return new UpstreamFailure(Kind.BROKEN_OFF, why.isEmpty() ? "it ended its answer with an error" : why);
    }

    /** Behind the next blank line; 0 where there is none. */
    private static int blockEnd(byte[] bytes, int begin) {
        for (int i = begin + 1; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private static boolean startsWithOne(byte[] bytes, int begin, List<byte[]> prefixes) {
        return prefixes.stream().anyMatch(prefix -> startsWith(bytes, begin, prefix));
    }

    private static boolean startsWith(byte[] bytes, int begin, byte[] prefix) {
        return bytes.length - begin >= prefix.length
                && Arrays.equals(bytes, begin, begin + prefix.length, prefix, 0, prefix.length);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
