package dev.weir.control.ingress;

import dev.weir.control.completion.Usage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The last pieces of an answer, where engines tell what it took: they are looked at once it is over, so that nothing is read twice while it
 * passes. Pieces follow each other; the end may be asked for by another thread.
 */
final class AnswerEnd {
    /** The event with the counts, what tells a stream's tokens to whoever resumes it, and the last event. */
    private static final int BYTES_MIN = 2_048;

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;

    synchronized void passed(byte[] piece) {
        pieces.addLast(piece);
        bytes += piece.length;
        while (bytes - pieces.getFirst().length >= BYTES_MIN) {
            bytes -= pieces.removeFirst().length;
        }
    }

    /** Empty where nothing was told, or not at the end. */
    synchronized Optional<Usage> usage() {
        UsageScanner scanner = new UsageScanner();
        pieces.forEach(piece -> scanner.scan(piece, 0, piece.length));
        return scanner.found();
    }
}
