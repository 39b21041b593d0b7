package dev.weir.control.evaluation.judge;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * For judges that were trained to say whether an answer is supported by a context, like the demo models: they know one question, show their
 * working, and end with {@code Answer: supported} or {@code Answer: unsupported}. The criterion is always that one, and it applies to look-ups.
 */
public final class SupportForm implements JudgeForm {
    private static final int TOKENS_MAX = 96;
    private static final String MARK = "Answer:";
    private static final String QUESTION = "Is the answer supported by the context?";
    private static final String NO_CONTEXT =
            "this judge says whether a context supports an answer, and there is no context";
    private static final String NO_LOOK_UP =
            "this judge looks one value up, and the good answer is more than that, or not in the context";
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?::\\p{N}+)?");
    private static final Pattern STRUCTURE = Pattern.compile("\\s*[\\[{]");
    private static final Pattern DESTINATION = Pattern.compile("To (\\S+) (.+)");
    /** A name has two, a sum its currency. */
    private static final int VALUE_WORDS_MAX = 4;
    /** In answers to be judged: labels that would end the part that they stand in. */
    private static final Pattern LABELS = Pattern.compile("(?i)\\b(context|question|answer)\\s*:");

    /**
     * It looks one value up. That the good answer is one can be told where there is a reference: a sentence in plain words with one thing of the context in
     * it that the question has not named. What takes several steps or values it has not learnt to judge, and says "unsupported" of most that is right.
     */
    @Override
    public Optional<String> inapplicableTo(Exhibit unanswered) {
        Exhibit apart = unanswered.withContextApart();
        if (apart.context().isEmpty()) {
            return Optional.of(NO_CONTEXT);
        }
        String reference = apart.reference();
        return reference == null || isLookUp(apart, reference) ? Optional.empty() : Optional.of(NO_LOOK_UP);
    }

    private static boolean isLookUp(Exhibit apart, String reference) {
        if (reference.contains(MARK) || STRUCTURE.matcher(reference).lookingAt()) {
            return false;
        }
        Set<String> known = words(apart.contextText());
        known.removeAll(words(apart.question()));
        List<String> said =
                WORD.matcher(reference).results().map(MatchResult::group).toList();
        int valueCount = 0;
        int wordCount = 0;
        for (int i = 0; i < said.size(); i++) {
            if (known.contains(said.get(i))) {
                wordCount++;
                valueCount += i == 0 || !known.contains(said.get(i - 1)) ? 1 : 0;
            }
        }
        return valueCount == 1 && wordCount <= VALUE_WORDS_MAX;
    }

    private static Set<String> words(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(HashSet::new));
    }

    /** "To Molford 18:40." is how timetables are answered from; the judge has learnt to be shown "18:40". */
    private static String value(String answer, String question) {
        Matcher destination = DESTINATION.matcher(answer);
        return destination.matches() && words(question).contains(destination.group(1)) ? destination.group(2) : answer;
    }

    @Override
    public ObjectNode request(Exhibit exhibit, String criterion, String nonce) {
        Exhibit apart = exhibit.withContextApart();
        String user = "Context:\n%s\n\nQuestion: %s\nAnswer: %s\n%s"
                .formatted(
                        Untrusted.neutral(apart.contextText()),
                        oneLine(apart.question()),
                        value(oneLine(finalPart(apart.answer())), apart.question()),
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
        return String.join("\n", QUESTION, NO_CONTEXT, NO_LOOK_UP, DESTINATION.pattern());
    }
}
