package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.SentenceEncoder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how hard a request is from what it looks like: words that ask for work in several steps, forms, code, length, depth, stakes, what it names,
 * what context it brings and what answer it expects. Every feature adds to one score; two borders cut it into three. Near a border the verdict is worth little, and says so. For models that a head
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
    private static final int ENTITIES_MANY = 12;
    private static final int CONTEXTS_TO_COMBINE = 2;

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
        return new Traits(classify(features).difficulty(), Language.of(features.text()), features.promptChars());
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
        Score score = new Score();
        for (Cues.Cue cue : Cues.ALL) {
            score.add(cue.isIn(prompt.text()), cue.weight(), cue.name());
        }
        score.add(prompt.contextCount() >= CONTEXTS_TO_COMBINE, 1.4, "brings several contexts to combine");
        boolean asksForWork = score.sum > 0;
        score.add(prompt.tools(), 1, "may call tools");
        score.add(prompt.form(), 1, "demands a form");
        // Whoever wants a word of a long text wants it looked up; where work is asked for, a word is no easier to find
        // than a sentence.
        boolean lookedUp = prompt.expected() == ExpectedAnswer.BRIEF && !asksForWork;
        score.add(prompt.promptChars() > LONG_PROMPT_CHARS, lookedUp ? 0.5 : 1, "is long");
        score.add(true, prompt.expected().weight(), prompt.expected().reason());
        score.add(prompt.messageCount() > DEEP_CONVERSATION, 0.5, "is deep in a conversation");
        score.add(prompt.numberCount() > NUMBERS_MANY, 0.2, "has many numbers");
        score.add(prompt.entityCount() > ENTITIES_MANY, 0.2, "names much");
        return score.verdict();
    }

    /** What the features add up to, and which of them adds most. */
    private static final class Score {
        private double sum;
        private double strongest;
        private String reason = "nothing asks for more than a look";

        void add(boolean found, double weight, String what) {
            if (!found) {
                return;
            }
            sum += weight;
            if (weight > strongest) {
                strongest = weight;
                reason = "it " + what;
            }
        }

        Classification verdict() {
            Difficulty difficulty = sum >= COMPLEX_FROM
                    ? Difficulty.COMPLEX
                    : sum >= MODERATE_FROM ? Difficulty.MODERATE : Difficulty.SIMPLE;
            double distance = Math.min(Math.abs(sum - MODERATE_FROM), Math.abs(sum - COMPLEX_FROM));
            return new Classification(
                    difficulty, certainty(distance), String.format(Locale.ROOT, "%s (score %.1f)", reason, sum));
        }
    }

    private static double certainty(double distance) {
        return CERTAINTY_MIN + (CERTAINTY_MAX - CERTAINTY_MIN) * (1 - Math.exp(-CERTAINTY_PER_POINT * distance));
    }
}
