package dev.weir.bench.workload;

import java.util.List;

/** What one simulated user asks: each turn is sent when the one before it is answered, and carries the conversation up to there. */
public record Session(List<Turn> turns) {
    public Session {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a session must have a turn");
        }
    }

    /** A session of one request. */
    public static Session of(Turn turn) {
        return new Session(List.of(turn));
    }
}
