package dev.weir.control.evaluation.judge;

import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * For judges that were trained to say whether an answer is supported by a context, like the demo models: they know one question, show their
 * working, and end with {@code Answer: supported} or {@code Answer: unsupported}. The criterion is always that one.
 */
public final class SupportForm implements JudgeForm {
    private static final int TOKENS_MAX = 96;
    private static final String MARK = "Answer:";
    private static final String QUESTION = "Is the answer supported by the context?";
    /** In answers to be judged: labels that would end the part that they stand in. */
    private static final Pattern LABELS = Pattern.compile("(?i)\\b(context|question|answer)\\s*:");

    @Override
    public ObjectNode request(Exhibit exhibit, String criterion, String nonce) {
        Exhibit apart = exhibit.withContextApart();
        String user = "Context:\n%s\n\nQuestion: %s\nAnswer: %s\n%s"
                .formatted(
                        Untrusted.neutral(apart.contextText()),
                        oneLine(apart.question()),
                        oneLine(finalPart(apart.answer())),
                        QUESTION);
        ObjectNode body =
                JsonMapper.shared().createObjectNode().put("temperature", 0).put("max_tokens", TOKENS_MAX);
        body.putArray("messages").addObject().put("role", "user").put("content", user);
        return body;
    }

    /** Working is not what is judged. */
    private static String finalPart(String answer) {
        int at = answer.lastIndexOf(MARK);
        return at < 0 ? answer : answer.substring(at + MARK.length());
    }

    private static String oneLine(String text) {
        return LABELS.matcher(Untrusted.neutral(text).strip().replaceAll("\\s+", " "))
                .replaceAll("$1");
    }

    @Override
    public Verdict read(String answer) {
        int at = answer.lastIndexOf(MARK);
        String word = at < 0
                ? ""
                : answer.substring(at + MARK.length())
                        .strip()
                        .replaceAll("[.!]+$", "")
                        .toLowerCase(Locale.ROOT);
        return switch (word) {
            case "supported" -> new Verdict.Ruled(true, 1, answer);
            case "unsupported" -> new Verdict.Ruled(false, 1, answer);
            default -> new Verdict.Unscored("the judge said neither supported nor unsupported");
        };
    }

    @Override
    public String fixedText() {
        return QUESTION;
    }
}
