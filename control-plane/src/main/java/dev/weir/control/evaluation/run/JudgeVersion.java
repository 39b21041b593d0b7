package dev.weir.control.evaluation.run;

import dev.weir.control.digest.Sha256;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which judge it is: {@code MODEL@PROMPT}, and {@code MODEL@PROMPT/WEIGHTS} where engines tell them.
 *
 * @param prompt a hash of all that it is told
 * @param weights what the engines that have the model call its version; null where none says, as in runs of before there were such versions
 */
public record JudgeVersion(
        String model, String prompt, @Nullable String weights) {
    /** Versions are columns of tables; what is longer goes by its hash. */
    private static final int WEIGHTS_CHARS_MAX = 64;

    /** The first that fits: a version of weights may look like a judge's own. */
    private static final Pattern FORM = Pattern.compile("(.+?)@([0-9a-f]{12})(?:/(.+))?");

    /** The version of a judge that is asked so. */
    public static JudgeVersion of(String model, String fixedText, Optional<String> weights) {
        return new JudgeVersion(
                model,
                GoldenSet.shortened(Sha256.hexOf(fixedText)),
                weights.map(told -> told.length() > WEIGHTS_CHARS_MAX ? GoldenSet.shortened(Sha256.hexOf(told)) : told)
                        .orElse(null));
    }

    /** One that was written down; empty for what is none. */
    public static Optional<JudgeVersion> parse(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new JudgeVersion(parts.group(1), parts.group(2), parts.group(3)))
                : Optional.empty();
    }

    /** The same of two that were written down. */
    public static boolean agree(String one, String other) {
        return one.equals(other)
                || parse(one)
                        .flatMap(first -> parse(other).filter(first::agreesWith))
                        .isPresent();
    }

    /** Whether nothing that is known of the two says that they are two judges. */
    public boolean agreesWith(JudgeVersion other) {
        return model.equals(other.model)
                && prompt.equals(other.prompt)
                && (weights == null || other.weights == null || weights.equals(other.weights));
    }

    @Override
    public String toString() {
        return model + "@" + prompt + (weights == null ? "" : "/" + weights);
    }
}
