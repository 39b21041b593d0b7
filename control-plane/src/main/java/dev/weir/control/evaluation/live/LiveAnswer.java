package dev.weir.control.evaluation.live;

import dev.weir.control.evaluation.QualityEvent.Subject;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A live answer that was sampled, with what was said before it.
 *
 * @param messages as OpenAI's chat completions take them, those with text
 * @param finishReason as the engine says; {@code none} where it does not
 */
public record LiveAnswer(Subject subject, JsonNode messages, String text, String finishReason) {
    /** All that was said before the answer; the last thing that the user said stands last. */
    public String question() {
        return messages.valueStream()
                .map(message -> message.path("content").asString())
                .collect(Collectors.joining("\n\n"));
    }

    /** What the user said last. */
    public String lastAsked() {
        String last = "";
        for (JsonNode message : messages) {
            last = message.path("role").asString("").equals("user")
                    ? message.path("content").asString("")
                    : last;
        }
        return last;
    }

    /** What was asked and answered is nobody's business but who is shown it. */
    @Override
    public String toString() {
        return "LiveAnswer[" + subject.callId() + "]";
    }
}
