package dev.weir.control;

import dev.weir.control.evaluation.judge.Agreement;
import dev.weir.control.evaluation.judge.Canary;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.LabelledVerdicts;
import dev.weir.control.evaluation.judge.Verdict;
import dev.weir.control.evaluation.run.ModelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code eval judge}: how far a judge agrees with labels that are known. */
@Command(
        name = "judge",
        description = "Asks a judge for verdicts on answers whose label is known, and tells how far it agrees. "
                + "Exits with 1 where it may not stand in for people.",
        mixinStandardHelpOptions = true)
final class EvalJudgeCommand implements Callable<Integer> {
    private static final Duration ANSWER_MAX = Duration.ofMinutes(5);

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            defaultValue = "${sys:weir.home:-.}/models/demo/evaluation.jsonl",
            description = "lines of {\"question\", \"context\", \"answer\", \"passes\"}, or the demo models' set")
    private Path labels = Path.of("");

    @Option(names = "--url", defaultValue = "http://127.0.0.1:8080/v1", description = "default ${DEFAULT-VALUE}")
    private String url = "";

    @Option(names = "--model", required = true, description = "the judge")
    private String model = "";

    @Option(names = "--concurrency", defaultValue = "8", description = "requests at a time (default ${DEFAULT-VALUE})")
    private int concurrency = 8;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ModelServer server = new ModelServer(
                ModelServer.at(url), System.getenv("WEIR_API_KEY"), ANSWER_MAX, System::nanoTime, Thread::sleep)) {
            Judge judge = new Judge(model, Judge.formOf(model), server, new SecureRandom());
            return tell(judge, LabelledVerdicts.read(Files.readString(labels)));
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()));
        }
    }

    private int tell(Judge judge, List<Canary> known) throws InterruptedException {
        Agreement agreement = Agreement.NONE;
        int unscoredCount = 0;
        try (ExecutorService workers = Executors.newFixedThreadPool(concurrency)) {
            List<Future<Verdict>> verdicts = new ArrayList<>();
            for (Canary canary : known) {
                verdicts.add(workers.submit(() -> judge.judge(canary.exhibit(), Judge.FAITHFUL)));
            }
            for (int i = 0; i < known.size(); i++) {
                if (verdicts.get(i).get() instanceof Verdict.Ruled ruled) {
                    agreement = agreement.plus(ruled.passed(), known.get(i).passes());
                } else {
                    unscoredCount++;
                }
            }
        } catch (ExecutionException failure) {
            throw new StartFailure("the judge cannot be asked: " + failure.getCause());
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
}
