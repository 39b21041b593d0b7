package dev.weir.engine.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what became certain; neighbours of a kind become one part. */
final class AnswerParts {

    private enum Kind {
        REASONING,
        CONTENT,
        ARGUMENTS
    }

    private List<AnswerPart> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Kind kind;
    private final int callsMax;
    private int callCount;
    private long contentChars;

    /** Collects up to the end of that many calls, and content behind them. */
    AnswerParts(int callsMax) {
        this.callsMax = callsMax;
    }

    void reasoning(CharSequence more) {
        add(Kind.REASONING, more);
    }

    void content(CharSequence more) {
        contentChars += callCount > callsMax ? 0 : more.length();
        add(Kind.CONTENT, more);
    }

    /** How much content there was. */
    long contentChars() {
        return contentChars;
    }

    void beginCall(String name) {
        close();
        if (callCount < callsMax) {
            parts.add(new AnswerPart.CallBegin(callCount, name));
        }
        callCount++;
    }

    void arguments(CharSequence more) {
        add(Kind.ARGUMENTS, more);
    }

    /** How many calls have begun, those that are left out among them. */
    int callCount() {
        return callCount;
    }

    /** What was collected since the last call. */
    List<AnswerPart> take() {
        close();
        List<AnswerPart> taken = parts;
        parts = new ArrayList<>();
        return taken;
    }

    private void add(Kind next, CharSequence more) {
        if (more.isEmpty() || callCount > callsMax) {
            return;
        }
        if (kind != next) {
            close();
            kind = next;
        }
        text.append(more);
    }

    private void close() {
        switch (kind) {
            case null -> {}
            case REASONING -> parts.add(new AnswerPart.Reasoning(text.toString()));
            case CONTENT -> parts.add(new AnswerPart.Content(text.toString()));
            case ARGUMENTS -> parts.add(new AnswerPart.CallArguments(callCount - 1, text.toString()));
        }
        text.setLength(0);
        kind = null;
    }
}
