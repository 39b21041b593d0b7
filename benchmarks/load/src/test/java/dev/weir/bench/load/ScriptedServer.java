package dev.weir.bench.load;

import java.util.function.Consumer;

/** A server on a timeline, which answers every call after a time, in pieces that are a time apart. */
public final class ScriptedServer implements CompletionClient {
    /** How a server behaves. */
    public interface Script {
        /** When the first piece of the answer to the given call comes, which arrived now. */
        long firstPieceNanos(int callIndex, long nowNanos);

        /** From each piece to the next. */
        long gapNanos(int callIndex);
    }

    private final Timeline timeline;
    private final Script script;
    private int callCount;
    private int inFlight;
    private int inFlightMost;

    public ScriptedServer(Timeline timeline, Script script) {
        this.timeline = timeline;
        this.script = script;
    }

    @Override
    public void ask(Call call, Consumer<Answer> whenDone) {
        int index = callCount++;
        inFlight++;
        inFlightMost = Math.max(inFlightMost, inFlight);
        long sentNanos = timeline.nanos();
        long pieceNanos = script.firstPieceNanos(index, sentNanos);
        Stamps pieces = new Stamps();
        for (int i = 0; i < call.outputTokensMax(); i++) {
            pieces.add(pieceNanos);
            pieceNanos += script.gapNanos(index);
        }
        timeline.at(pieces.last(), () -> {
            inFlight--;
            TokenUsage usage = new TokenUsage(call.messages().size(), 0, pieces.count(), true);
            whenDone.accept(new Answer.Completed(sentNanos, pieces, pieces.last(), usage, "answer " + index));
        });
    }

    int callCount() {
        return callCount;
    }

    int inFlightMost() {
        return inFlightMost;
    }
}
