package dev.weir.models.domain;

import java.util.List;

/**
 * A chat with reference answers.
 *
 * @param messages an optional system message, then user and assistant in turn
 * @param turns the questions behind the assistant messages, in order
 */
public record Conversation(List<Message> messages, List<Turn> turns) {
    public Conversation {
        messages = List.copyOf(messages);
        turns = List.copyOf(turns);
        if (turns.isEmpty()
                || messages.stream()
                                .filter(message -> message.role().equals(Message.ASSISTANT))
                                .count()
                        != turns.size()) {
            throw new IllegalArgumentException("a conversation has one assistant message per turn");
        }
    }
}
