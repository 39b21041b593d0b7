package dev.weir.control;

import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Grader;
import dev.weir.control.evaluation.grading.RubricJudge;
import dev.weir.control.evaluation.grading.Similarity;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.PairJudge;
import dev.weir.control.evaluation.run.AttemptFile;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.evaluation.run.Opponent;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.evaluation.run.RunSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eval run}: one run, resumed where its file has part of it, and the gate's verdict on it. */
@Command(
        name = "run",
        description = {
            "Asks a model every case and prints the gate's verdict. Exits with 1 where it is not passed.",
            "The key is taken from WEIR_API_KEY. A run that was cut short goes on where its file ends."
        },
        mixinStandardHelpOptions = true)
final class EvalRunCommand implements Callable<Integer> {
    @Option(
            names = "--set",
            paramLabel = "FILE",
            defaultValue = EvalCommand.DEMO_SET,
            description = "JSONL, promptfoo YAML, JSON or CSV, OpenAI evals or lm-eval YAML (default ${DEFAULT-VALUE})")
    private Path set = Path.of("");

    @Option(names = "--model", required = true, description = "the model to ask")
    private String model = "";

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "where the run is kept, as JSON lines")
    private Path out = Path.of("");

    @Option(names = "--repeats", defaultValue = "1", description = "how often each case is asked (default 1)")
    private int repeats = 1;

    @Option(names = "--judge-model", description = "judges rubrics, and gives a verdict on every answer")
    private @Nullable String judgeModel;

    @Option(names = "--embedding-model", description = "for the check 'similar'")
    private @Nullable String embeddingModel;

    @Option(names = "--price-input", defaultValue = "0", description = "of a million tokens, for the check 'cost'")
    private double priceInput;

    @Option(names = "--price-output", defaultValue = "0", description = "of a million tokens")
    private double priceOutput;

    @Option(names = "--baseline", paramLabel = "FILE", description = "the run that this one has to be as good as")
    private @Nullable Path baseline;

    @Option(names = "--pair", description = "the judge also compares each answer with the baseline's, in both orders")
    private boolean pair;

    @Mixin
    private final EvalServer address = new EvalServer();

    @Mixin
    private final GateOptions gate = new GateOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        GoldenSet golden = EvalCommand.set(set);
        try (ModelServer server = address.open()) {
            RunResults before = baseline == null ? null : AttemptFile.read(baseline);
            RunResults results = execute(golden, server, before);
            GateReport report = gate.judge(golden, results, before);
            gate.write(report);
            return report.isPassed() ? 0 : 1;
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()));
        }
    }

    private RunResults execute(GoldenSet golden, ModelServer server, @Nullable RunResults before)
            throws IOException, InterruptedException {
        Judge judge = judgeModel == null ? null : EvalServer.judge(judgeModel, server);
        Opponent opponent = !pair || judge == null || before == null ? null : Opponent.of(before, new PairJudge(judge));
        if (pair && opponent == null) {
            throw new StartFailure("--pair takes a judge and a run: name them with --judge-model and --baseline");
        }
        RunSettings wanted = new RunSettings(
                UUID.randomUUID().toString(),
                String.valueOf(set.getFileName()),
                golden.hash(),
                model,
                repeats,
                judge == null ? null : judge.version(),
                embeddingModel,
                opponent == null ? null : opponent.runId(),
                priceInput,
                priceOutput);
        Grader grader = new Grader(
                embeddingModel == null ? Similarity.NONE : server.similarity(embeddingModel),
                judge == null ? RubricJudge.NONE : judge);
        try (AttemptFile file = AttemptFile.open(out, wanted);
                ProgressBar bar = new ProgressBar(model)) {
            new EvaluationRun(file.settings(), golden, server, grader, opponent)
                    .execute(address.concurrency(), file, bar);
        }
        return AttemptFile.read(out);
    }
}
