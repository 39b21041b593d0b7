package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import dev.weir.control.embedding.SentenceEncoder;
import java.util.List;
import java.util.Optional;

/**
 * Says of an answer that is there, and that nobody has seen yet, how likely it is right. It knows the models that its check was trained for,
 * and says nothing of others' answers. Pure: the same request and answer are looked at with the same result.
 */
public final class SecondLook {
    private final LearnedHead head;
    private final LearnedCheck check;
    private final SentenceEncoder encoder;

    /** With a check, the head that it was trained with, and the encoder that both were. */
    public SecondLook(LearnedHead head, LearnedCheck check, SentenceEncoder encoder) {
        this.head = head;
        this.check = check;
        this.encoder = encoder;
    }

    /**
     * What was found.
     *
     * @param right the probability that the answer is
     * @param rightMin below which it is not taken
     * @param next the model that is asked then
     */
    public record Finding(double right, double rightMin, String next) {}

    /**
     * Looks at an answer.
     *
     * @param model that gave it
     * @param above that may be asked instead, the cheapest first
     * @return nothing where nothing was learnt of it and the last of the others, or the answer does not tell how sure its model was
     */
    public Optional<Finding> at(JsonBody request, String model, List<String> above, ScoredAnswer answer) {
        int place = check.models().indexOf(model);
        if (place < 0
                || !head.models().getLast().equals(above.getLast())
                || answer.tokens().isEmpty()) {
            return Optional.empty();
        }
        PromptFeatures prompt = PromptFeatures.of(request);
        double[] vector = RequestVector.of(prompt, encoder);
        double[] seen = AnswerVector.of(prompt, vector, head.rights(vector), place, answer);
        double right = check.right(place, seen);
        String next = head.models().get(check.next(place, seen));
        return Optional.of(new Finding(right, check.rightMin(), above.contains(next) ? next : above.getLast()));
    }
}
