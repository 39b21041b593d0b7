package dev.weir.control.ingress;

import java.util.Arrays;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;

/**
 * Cuts a stream of bytes where server-sent events end.
 *
 * <p>If an engine dies within an event, the client has seen only whole events, and an error event can follow them. Pieces that end where
 * an event ends, which is how engines write them, pass as they are.
 */
final class WholeEvents {
    private final int eventBytesMax;
    private byte[] held = new byte[0];

    private WholeEvents(int eventBytesMax) {
        this.eventBytesMax = eventBytesMax;
    }

    static Flux<byte[]> of(Flux<byte[]> pieces, int eventBytesMax) {
        return Flux.defer(() -> {
            WholeEvents events = new WholeEvents(eventBytesMax);
            return pieces.handle(events::cut).concatWith(Flux.defer(events::rest));
        });
    }

    private void cut(byte[] piece, SynchronousSink<byte[]> whole) {
        byte[] bytes = held.length == 0 ? piece : concat(held, piece);
        int end = endOfLastEvent(bytes, held.length);
        int heldCount = bytes.length - end;
        if (heldCount > eventBytesMax) {
            whole.error(new Refusal(OpenAiError.engineBroke("it sent an event larger than " + eventBytesMax
                    + " bytes, the limit of weir.ingress.event-size-max")));
            return;
        }
        held = heldCount == bytes.length ? bytes : Arrays.copyOfRange(bytes, end, bytes.length);
        if (end > 0) {
            whole.next(heldCount == 0 ? bytes : Arrays.copyOf(bytes, end));
        }
    }

    /** What follows the last event of a stream that ended in order; usually nothing. */
    private Flux<byte[]> rest() {
        return held.length == 0 ? Flux.empty() : Flux.just(held);
    }

    /** Just behind the last blank line, or 0. What was held has none, except where the new piece completes one at their border. */
    private static int endOfLastEvent(byte[] bytes, int heldCount) {
        for (int i = bytes.length - 1; i >= Math.max(1, heldCount); i--) {
            boolean lineEnds = bytes[i] == '\n';
            boolean lineIsEmpty = bytes[i - 1] == '\n' || (i >= 2 && bytes[i - 1] == '\r' && bytes[i - 2] == '\n');
            if (lineEnds && lineIsEmpty) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Just behind the events that begin there: at least one, and more while they are no more bytes than that together. */
    static int endOfEvents(byte[] bytes, int from, int bytesMax) {
        int end = from;
        for (int i = from + 1; i < bytes.length; i++) {
            if (bytes[i] == '\n'
                    && (bytes[i - 1] == '\n' || (bytes[i - 1] == '\r' && i >= 2 && bytes[i - 2] == '\n'))) {
                if (end > from && i + 1 - from > bytesMax) {
                    return end;
                }
                end = i + 1;
            }
        }
        return end == from || bytes.length - from <= bytesMax ? bytes.length : end;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
