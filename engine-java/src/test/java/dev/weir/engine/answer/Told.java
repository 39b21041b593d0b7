package dev.weir.engine.answer;

import java.util.ArrayList;
import java.util.List;

/** What an answer said, without the borders between pieces. */
public record Told(String reasoning, String content, List<Called> calls) {

    /** A call as a whole. */
    public record Called(String name, String arguments) {}

    public static Told of(AnswerRules rules, Iterable<String> pieces) {
        AnswerParser parser = new AnswerParser(rules);
        List<AnswerPart> parts = new ArrayList<>();
        pieces.forEach(piece -> parts.addAll(parser.append(piece)));
        parts.addAll(parser.finish());
        return of(parts);
    }

    public static Told of(List<AnswerPart> parts) {
        StringBuilder reasoning = new StringBuilder();
        StringBuilder content = new StringBuilder();
        List<String> names = new ArrayList<>();
        List<StringBuilder> arguments = new ArrayList<>();
        for (AnswerPart part : parts) {
            switch (part) {
                case AnswerPart.Reasoning(String text) -> reasoning.append(text);
                case AnswerPart.Content(String text) -> content.append(text);
                case AnswerPart.CallBegin(int index, String name) -> {
                    if (index != names.size()) {
                        throw new AssertionError("call " + index + " after " + names.size() + " calls");
                    }
                    names.add(name);
                    arguments.add(new StringBuilder());
                }
                case AnswerPart.CallArguments(int index, String text) ->
                    arguments.get(index).append(text);
            }
        }
        List<Called> calls = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            calls.add(new Called(names.get(i), arguments.get(i).toString()));
        }
        return new Told(reasoning.toString(), content.toString(), calls);
    }
}
