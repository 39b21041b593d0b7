package dev.weir.control.evaluation.judge;

import dev.weir.control.digest.Sha256;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.RubricJudge;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.ModelServer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
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
    private final RandomGenerator random;

    public Judge(String model, JudgeForm form, ModelServer server, RandomGenerator random) {
        this.model = model;
        this.form = form;
        this.server = server;
        this.random = random;
    }

    /** The form that suits a model of this name: the demo models know one question. */
    public static JudgeForm formOf(String model) {
        return model.startsWith("weir-demo-") ? new SupportForm() : new RubricForm();
    }

    /** Names the model and everything that it is told: any change of either is another judge. */
    public String version() {
        return version(model, form);
    }

    static String version(String model, JudgeForm form) {
        return model + "@" + GoldenSet.shortened(Sha256.hexOf(form.fixedText()));
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
        return choice;
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
