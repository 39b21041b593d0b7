package dev.weir.engine.answer;

import java.util.List;

/**
 * Reads an answer while it is written. However its text is cut into pieces, the same parts are told; only the borders inside of reasoning,
 * content and arguments differ. Used by one thread at a time.
 */
public final class AnswerParser {

    private enum State {
        /** Only white space, and perhaps a part of the mark that opens the reasoning. */
        BEGINNING,
        REASONING,
        /** Only white space since the reasoning. */
        REASONED,
        ANSWERING
    }

    private final ReasoningFormat format;
    private final boolean opened;
    private final AnswerParts parts;
    private final ToolCallReader calls;
    private final MarkScanner scanner = new MarkScanner();
    private final StringBuilder certain = new StringBuilder();
    private boolean anyReasoning;
    private State state;

    public AnswerParser(AnswerRules rules) {
        format = rules.reasoning();
        opened = rules.reasoningOpen();
        parts = new AnswerParts(rules.callsMax());
        calls = new ToolCallReader(rules, parts);
        state = format == ReasoningFormat.NONE ? State.ANSWERING : State.BEGINNING;
    }

    /** Reads a piece; returns what has become certain. */
    public List<AnswerPart> append(String text) {
        read(text);
        return parts.take();
    }

    /** Reads on without asking what is certain. */
    public void read(String text) {
        int next = 0;
        while (next < text.length() && state != State.ANSWERING) {
            read(text.charAt(next++));
        }
        if (next < text.length()) {
            calls.append(text.substring(next));
        }
    }

    /** The answer has ended: returns the rest. */
    public List<AnswerPart> finish() {
        String rest = scanner.flush();
        switch (state) {
            case BEGINNING -> {
                if (opened) {
                    reasoning(rest);
                } else {
                    calls.append(rest);
                }
            }
            case REASONING -> reasoning(rest.isBlank() ? "" : rest);
            case REASONED, ANSWERING -> {}
        }
        calls.finish();
        return parts.take();
    }

    /** Whether what was read last is reasoning. */
    public boolean isReasoning() {
        return state == State.REASONING;
    }

    /** How many characters of content have become certain. */
    public long contentChars() {
        return parts.contentChars();
    }

    /** Whether some of what was read may yet become content, or something else. */
    public boolean holdsText() {
        return scanner.holdsText() || calls.holdsText();
    }

    /** How many calls have begun. */
    public int callCount() {
        return parts.callCount();
    }

    private void read(char character) {
        switch (state) {
            case BEGINNING -> beginning(character);
            case REASONING -> {
                String found = scanner.read(character, List.of(format.closing()), certain);
                reasoning(taken());
                state = found == null ? State.REASONING : State.REASONED;
            }
            case REASONED -> {
                if (!Character.isWhitespace(character)) {
                    state = State.ANSWERING;
                    calls.append(String.valueOf(character));
                }
            }
            case ANSWERING -> calls.append(String.valueOf(character));
        }
    }

    private void beginning(char character) {
        String found = scanner.read(character, List.of(format.opening()), certain);
        if (found != null) {
            certain.setLength(0);
            state = State.REASONING;
        } else if (!certain.isEmpty()) {
            String read = taken() + scanner.flush();
            state = opened ? State.REASONING : State.ANSWERING;
            read(read);
        }
    }

    private String taken() {
        String text = certain.toString();
        certain.setLength(0);
        return text;
    }

    /** White space before the first word is layout. */
    private void reasoning(String text) {
        String told = anyReasoning ? text : text.stripLeading();
        anyReasoning |= !told.isEmpty();
        parts.reasoning(told);
    }
}
