package dev.weir.models.tokenizer;

import dev.weir.models.domain.TaskType;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation as ids.
 *
 * @param type the type of its first question
 * @param ids the tokens
 * @param said for each token, whether the assistant says it and so has to predict it
 */
@SuppressWarnings("ArrayRecordComponent") // a short-lived batch ingredient; nothing compares or changes it
public record EncodedChat(TaskType type, long[] ids, boolean[] said) {
    public int length() {
        return ids.length;
    }

    /** Collects pieces in order. */
    static final class Builder {
        private final List<long[]> pieces = new ArrayList<>();
        private final List<Boolean> spoken = new ArrayList<>();

        void given(long[] piece) {
            add(piece, false);
        }

        void said(long[] piece) {
            add(piece, true);
        }

        EncodedChat build(TaskType type) {
            int length = pieces.stream().mapToInt(piece -> piece.length).sum();
            long[] ids = new long[length];
            boolean[] said = new boolean[length];
            int at = 0;
            for (int i = 0; i < pieces.size(); i++) {
                for (long id : pieces.get(i)) {
                    ids[at] = id;
                    said[at++] = spoken.get(i);
                }
            }
            return new EncodedChat(type, ids, said);
        }

        private void add(long[] piece, boolean isSaid) {
            pieces.add(piece);
            spoken.add(isSaid);
        }
    }
}
