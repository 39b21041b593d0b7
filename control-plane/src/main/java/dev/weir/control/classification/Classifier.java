package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.SentenceEncoder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Says how hard a request is from what it looks like: words that ask for work in several steps, forms, code, length, depth, stakes. Every
 * feature adds to one score; two borders cut it into three. Near a border the verdict is worth little, and says so. For models that a head
 * was {@linkplain LearnedHead trained} for, what they got right before speaks instead.
 *
 * <p>Pure, and cheap enough to be asked every time: one pass over the body, one over the last message for each group of words.
 */
public final class Classifier {
    private static final double MODERATE_FROM = 1.0;
    private static final double COMPLEX_FROM = 2.0;

    /** How quickly a verdict becomes certain with its distance from the border. */
    private static final double CERTAINTY_PER_POINT = 6.0;

    private static final double CERTAINTY_MIN = 0.5;

    /** Of the verdicts far from any border on the demo models' evaluation set, this part is right. */
    private static final double CERTAINTY_MAX = 0.8;

    private static final int LONG_PROMPT_CHARS = 4000;
    private static final int DEEP_CONVERSATION = 8;
    private static final int NUMBERS_MANY = 6;

    private final @Nullable LearnedHead head;
    private final @Nullable LearnedCheck check;
    private final @Nullable SentenceEncoder encoder;

    /** Without a head. */
    public Classifier() {
        this(null, null, null);
    }

    /**
     * With a head, for the models that it was trained for; it needs the encoder that it was trained with.
     *
     * @param check that belongs to it, if one does
     */
    public Classifier(@Nullable LearnedHead head, @Nullable LearnedCheck check, @Nullable SentenceEncoder encoder) {
        this.head = head;
        this.check = check;
        this.encoder = encoder;
    }

    /** What kind of request it is. */
    public Traits traits(JsonBody request) {
        PromptFeatures features = PromptFeatures.of(request);
        return new Traits(classify(request).difficulty(), Language.of(features.text()), features.promptChars());
    }

    /** The verdict on a request. */
    public Classification classify(JsonBody request) {
        return classify(PromptFeatures.of(request));
    }

    /**
     * The verdict on a request that one of these models is to answer.
     *
     * @param models the first of each tier, the cheapest first
     * @param lookedAt those of them whose answer is looked at before it is sent
     */
    public Classification classify(JsonBody request, List<String> models, Set<String> lookedAt) {
        PromptFeatures prompt = PromptFeatures.of(request);
        if (head == null || encoder == null || !head.models().equals(models)) {
            return classify(prompt);
        }
        double[] vector = RequestVector.of(prompt, encoder);
        // Where only some are looked at, it is not what the check was trained for.
        return check != null && prompt.oneText() && lookedAt.containsAll(check.models())
                ? head.classifyLookedAt(vector, check)
                : head.classify(vector);
    }

    Classification classify(PromptFeatures prompt) {
        double score = 0;
        double strongest = 0;
        String reason = "nothing asks for more than a look";
        for (Cues.Cue cue : Cues.ALL) {
            Matcher found = cue.words().matcher(prompt.text());
            if (found.find()) {
                score += cue.weight();
                if (cue.weight() > strongest) {
                    strongest = cue.weight();
                    reason = "it " + cue.name();
                }
            }
        }
        score += prompt.tools() ? 1 : 0;
        score += prompt.form() ? 1 : 0;
        score += prompt.promptChars() > LONG_PROMPT_CHARS ? 1 : 0;
        score += prompt.messageCount() > DEEP_CONVERSATION ? 0.5 : 0;
        score += prompt.numberCount() > NUMBERS_MANY ? 0.2 : 0;
        Difficulty difficulty = score >= COMPLEX_FROM
                ? Difficulty.COMPLEX
                : score >= MODERATE_FROM ? Difficulty.MODERATE : Difficulty.SIMPLE;
        double distance = Math.min(Math.abs(score - MODERATE_FROM), Math.abs(score - COMPLEX_FROM));
        return new Classification(difficulty, certainty(distance), reason(reason, score));
    }

    private static double certainty(double distance) {
        return CERTAINTY_MIN + (CERTAINTY_MAX - CERTAINTY_MIN) * (1 - Math.exp(-CERTAINTY_PER_POINT * distance));
    }

    private static String reason(String strongest, double score) {
        return String.format(Locale.ROOT, "%s (score %.1f)", strongest, score);
    }
}
