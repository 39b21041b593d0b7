package dev.weir.models.domain;

import java.util.List;

/**
 * One case of an evaluation set, as {@code evaluation.jsonl} has it.
 *
 * @param id names the case in reports, for ever
 * @param type the kind of question, as {@link TaskType#label()}
 * @param difficulty as {@link Difficulty#label()}
 * @param rule how answers are compared
 * @param template the sentence form asked, which training never saw
 * @param messages what is sent
 * @param expected the reference answer
 */
public record LabelledCase(
        String id,
        String type,
        String difficulty,
        AnswerRule rule,
        String template,
        List<Message> messages,
        String expected) {
    public LabelledCase {
        messages = List.copyOf(messages);
        if (!rule.accepts(expected, expected)) {
            throw new IllegalArgumentException("case " + id + " would not accept its own expected answer: " + expected);
        }
    }

    static LabelledCase of(String id, Conversation conversation) {
        Turn turn = conversation.turns().getFirst();
        return new LabelledCase(
                id,
                turn.type().label(),
                turn.type().difficulty().label(),
                turn.type().rule(),
                turn.template(),
                conversation.messages().subList(0, conversation.messages().size() - 1),
                turn.answer());
    }

    public boolean accepts(String answer) {
        return rule.accepts(expected, answer);
    }
}
