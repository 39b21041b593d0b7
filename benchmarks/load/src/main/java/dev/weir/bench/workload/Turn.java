package dev.weir.bench.workload;

import java.util.List;

/**
 * One request of a session.
 *
 * @param adds what it adds to the conversation so far
 * @param outputTokensMax how long the answer may become
 */
public record Turn(List<Message> adds, int outputTokensMax) {
    public Turn {
        adds = List.copyOf(adds);
        if (adds.isEmpty()) {
            throw new IllegalArgumentException("a turn must add a message");
        }
        if (outputTokensMax < 1) {
            throw new IllegalArgumentException("an answer must have room for a token: " + outputTokensMax);
        }
    }

    static Turn ofUser(String text, int outputTokensMax) {
        return new Turn(List.of(new Message("user", text)), outputTokensMax);
    }
}
