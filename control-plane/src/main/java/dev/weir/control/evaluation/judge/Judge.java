package dev.weir.control.evaluation.judge;

import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.RubricJudge;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.JudgeVersion;
import dev.weir.control.evaluation.run.ModelServer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A judge: a model, asked in one form. Thread-safety: as the random generator's. */
public final class Judge implements RubricJudge {
    /** The criterion by which hallucinations are told. */
    public static final String FAITHFUL =
            "Everything the answer states is supported by the question or the context; nothing is made up or contradicted.";

    /** The criterion of quality. */
    public static final String HELPFUL = EvaluationRun.QUALITY;

    private static final int TRIES_MAX = 2;
    private static final int NONCE_BYTES = 12;

    private final String model;
    private final JudgeForm form;
    private final ModelServer server;
    private final Supplier<Optional<String>> weights;
    private final RandomGenerator random;
    private final @Nullable JudgeVersion pinned;

    /**
     * A judge.
     *
     * @param weights which of the models that have or had its name is asked now, where engines say so; must not wait
     */
    public Judge(
            String model,
            JudgeForm form,
            ModelServer server,
            Supplier<Optional<String>> weights,
            RandomGenerator random) {
        this(model, form, server, weights, random, null);
    }

    private Judge(
            String model,
            JudgeForm form,
            ModelServer server,
            Supplier<Optional<String>> weights,
            RandomGenerator random,
            @Nullable JudgeVersion pinned) {
        this.model = model;
        this.form = form;
        this.server = server;
        this.weights = weights;
        this.random = random;
        this.pinned = pinned;
    }

    /** The same judge, which gives no verdict any more once its weights are known to be others. */
    public Judge pinned() {
        return new Judge(model, form, server, weights, random, current());
    }

    /** The form that suits a model of this name: the demo models know one question. */
    public static JudgeForm formOf(String model) {
        return model.startsWith("weir-demo-") ? new SupportForm() : new RubricForm();
    }

    /** Names the model, everything that it is told, and its weights where engines tell them: any change of these is another judge. */
    public String version() {
        return (pinned == null ? current() : pinned).toString();
    }

    private JudgeVersion current() {
        return JudgeVersion.of(model, form.fixedText(), weights.get());
    }

    private boolean isAnother() {
        return pinned != null && !pinned.agreesWith(current());
    }

    /** Why there is nothing to ask this judge about an exhibit, whatever its answer says; empty where there is. */
    public Optional<String> inapplicableTo(Exhibit exhibit) {
        return form.inapplicableTo(exhibit.withAnswer(""));
    }

    /** The verdict on an answer; one that cannot be used is asked for once more. */
    public Verdict judge(Exhibit exhibit, String criterion) throws InterruptedException {
        Optional<String> inapplicable = inapplicableTo(exhibit);
        if (inapplicable.isPresent()) {
            return new Verdict.NotApplicable(inapplicable.get());
        }
        Verdict verdict = new Verdict.Unscored("not asked");
        for (int i = 0; i < TRIES_MAX; i++) {
            try {
                verdict = form.read(answer(form.request(exhibit, criterion, nonce())));
                if (isAnother()) {
                    return new Verdict.Unscored("the judge is " + current() + " now, and it was " + pinned);
                }
                if (verdict instanceof Verdict.Ruled) {
                    return verdict;
                }
            } catch (IOException failure) {
                return new Verdict.Unscored("the judge cannot be asked: " + failure.getMessage());
            }
        }
        return verdict;
    }

    /** Whether it can be asked which of two answers is better. */
    boolean comparesAnswers() {
        return form instanceof PairForm;
    }

    /** Which answer is better, in this order; asked for once more where it says nothing of the kind, and empty where it does so again. */
    Optional<PairForm.Choice> choose(Exhibit first, String second, String criterion) throws InterruptedException {
        Optional<PairForm.Choice> choice = Optional.empty();
        for (int i = 0; i < TRIES_MAX && choice.isEmpty() && form instanceof PairForm pairs; i++) {
            try {
                choice = pairs.readChoice(answer(pairs.comparison(first, second, criterion, nonce())));
            } catch (IOException _) {
                return Optional.empty();
            }
        }
        return isAnother() ? Optional.empty() : choice;
    }

    private String answer(ObjectNode request) throws IOException, InterruptedException {
        return server.chat(model, request).text();
    }

    private String nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    @Override
    public Ruling judge(GoldenCase golden, String answer, String criterion) throws InterruptedException {
        return switch (judge(Exhibit.of(golden, answer), criterion)) {
            case Verdict.Ruled ruled ->
                new Ruling(
                        ruled.passed() ? Grade.Status.PASSED : Grade.Status.FAILED,
                        ruled.passed() ? 1 : 0,
                        ruled.reasoning());
            case Verdict.NotApplicable(var reason) -> new Ruling(Grade.Status.NOT_APPLICABLE, 0, reason);
            case Verdict.Unscored(var reason) -> new Ruling(Grade.Status.UNSCORED, 0, reason);
        };
    }
}
