package dev.weir.control;

import dev.weir.control.evaluation.gate.Preferences;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.judge.Agreement;
import dev.weir.control.evaluation.judge.Canary;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.LabelledVerdicts;
import dev.weir.control.evaluation.judge.PairJudge;
import dev.weir.control.evaluation.judge.Verdict;
import dev.weir.control.evaluation.run.Attempt;
import dev.weir.control.evaluation.run.AttemptFile;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.evaluation.run.Opponent;
import dev.weir.control.evaluation.run.RunResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eval judge}: how far a judge agrees with labels that are known, or which of two runs' answers it prefers. */
@Command(
        name = "judge",
        description = {
            "Asks a judge for verdicts on answers whose label is known, and tells how far it agrees.",
            "With --pair it says of two runs over the same golden set whose answers are better, in both orders.",
            "Exits with 1 where the judge may not stand in for people, or cannot compare."
        },
        mixinStandardHelpOptions = true)
final class EvalJudgeCommand implements Callable<Integer> {
    @Option(
            names = "--labels",
            paramLabel = "FILE",
            defaultValue = EvalCommand.DEMO_SET,
            description = "lines of {\"question\", \"context\", \"answer\", \"passes\"}, or the demo models' set")
    private Path labels = Path.of("");

    @Option(names = "--pair", description = "compare the answers of --candidate with those of --baseline")
    private boolean pair;

    @Option(names = "--set", paramLabel = "FILE", defaultValue = EvalCommand.DEMO_SET, description = "of both runs")
    private Path set = Path.of("");

    @Option(names = "--candidate", paramLabel = "FILE", description = "a run")
    private @Nullable Path candidate;

    @Option(names = "--baseline", paramLabel = "FILE", description = "the run that it is compared with")
    private @Nullable Path baseline;

    @Option(names = "--model", required = true, description = "the judge")
    private String model = "";

    @Mixin
    private final EvalServer address = new EvalServer();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ModelServer server = address.open()) {
            Judge judge = EvalServer.judge(model, server);
            return pair ? compare(judge) : calibrate(judge, LabelledVerdicts.read(Files.readString(labels)));
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()));
        }
    }

    private int calibrate(Judge judge, List<Canary> known) throws InterruptedException {
        List<Callable<Verdict>> questions = new ArrayList<>();
        known.forEach(canary -> questions.add(() -> judge.judge(canary.exhibit(), Judge.FAITHFUL)));
        List<Verdict> verdicts = asked(questions);
        Agreement agreement = Agreement.NONE;
        int unscoredCount = 0;
        for (int i = 0; i < known.size(); i++) {
            if (verdicts.get(i) instanceof Verdict.Ruled ruled) {
                agreement = agreement.plus(ruled.passed(), known.get(i).passes());
            } else {
                unscoredCount++;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %d verdicts, %d without one; kappa %.3f, true positives %.1f %%, true negatives %.1f %%%n%s%n",
                judge.version(),
                agreement.count(),
                unscoredCount,
                agreement.kappa(),
                100 * agreement.truePositiveRate(),
                100 * agreement.trueNegativeRate(),
                agreement.isTrustworthy()
                        ? "it may stand in for people"
                        : "it may not stand in for people: that takes 100 verdicts, kappa 0.6 and both rates 70 %");
        return agreement.isTrustworthy() ? 0 : 1;
    }

    private int compare(Judge judge) throws IOException, InterruptedException {
        if (candidate == null || baseline == null) {
            throw new StartFailure("--pair compares two runs: name their files with --candidate and --baseline");
        }
        GoldenSet golden = EvalCommand.set(set);
        RunResults run = AttemptFile.read(candidate);
        RunResults other = AttemptFile.read(baseline);
        for (RunResults one : List.of(run, other)) {
            if (!one.settings().goldenHash().equals(golden.hash())) {
                throw new StartFailure("the run of " + one.settings().model() + " is over another version of " + set);
            }
        }
        Opponent opponent = Opponent.of(other, new PairJudge(judge));
        Map<String, GoldenCase> cases = golden.byId();
        List<Callable<Preference>> questions = new ArrayList<>();
        for (Attempt attempt : run.attempts()) {
            Answer answer = attempt.answer();
            GoldenCase asked = cases.get(attempt.caseId());
            if (attempt.repeat() == 0 && answer != null && asked != null) {
                questions.add(() -> opponent.against(asked, answer.text()));
            }
        }
        Preferences pairs = Preferences.of(asked(questions));
        System.out.printf(
                Locale.ROOT,
                "%s: %s%n%s%n",
                judge.version(),
                GateOptions.words(
                        pairs, run.settings().model(), other.settings().model()),
                pairs.judgeCompares()
                        ? "it may compare answers"
                        : "it may not compare answers: the order may decide one pair in ten at most");
        return pairs.judgeCompares() ? 0 : 1;
    }

    /** What comes of the questions, in their order. */
    private <T> List<T> asked(List<Callable<T>> questions) throws InterruptedException {
        try (ExecutorService workers = Executors.newFixedThreadPool(address.concurrency())) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : workers.invokeAll(questions)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (ExecutionException failure) {
            throw new StartFailure("the judge cannot be asked: " + failure.getCause());
        }
    }
}
