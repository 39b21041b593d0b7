package dev.weir.models.training;

import dev.weir.models.domain.Split;
import dev.weir.models.domain.TaskType;
import dev.weir.models.tokenizer.ChatEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** One run of a trainer, from fresh weights or a checkpoint to its last step. */
public final class TrainingRun {
    /**
     * What a run is to do.
     *
     * @param batchTokens tokens per step, filling included
     * @param checkpointEverySteps how often a checkpoint is written
     * @param scoreEverySteps how often the validation split is scored
     * @param scoredCasesPerType how many cases of each type that takes
     * @param workers threads that share a batch
     */
    public record Plan(
            LlamaShape shape,
            Curriculum curriculum,
            LearningRate learningRate,
            long seed,
            int batchTokens,
            int checkpointEverySteps,
            int scoreEverySteps,
            int scoredCasesPerType,
            int workers) {}

    private static final int REPORT_EVERY_STEPS = 20;
    private static final int SKIPPED_STEPS_MAX = 5;
    private static final double LOSS_MEMORY = 0.95;

    private final Plan plan;
    private final ChatEncoder encoder;
    private final Path checkpointFile;
    private final PrintStream out;
    private final LongSupplier nanos;
    private final Weights weights;
    private final AdamW optimiser;
    private Checkpoint done = new Checkpoint(0, new ChatStream.Position(0, 0));

    public TrainingRun(Plan plan, ChatEncoder encoder, Path checkpointFile, PrintStream out, LongSupplier nanos) {
        this.plan = plan;
        this.encoder = encoder;
        this.checkpointFile = checkpointFile;
        this.out = out;
        this.nanos = nanos;
        weights = Weights.random(plan.shape(), plan.seed());
        optimiser = new AdamW(weights);
    }

    /** Goes on from the checkpoint file where there is one. */
    public void resume() throws IOException {
        if (Files.exists(checkpointFile)) {
            done = Checkpoint.read(checkpointFile, weights, optimiser);
            out.printf(Locale.ROOT, "resuming after step %d%n", done.step());
        }
    }

    public Weights weights() {
        return weights;
    }

    /** Trains to the last step of the schedule, or until the time is up, and leaves a checkpoint. */
    public void train(Duration timeMax) throws IOException, InterruptedException {
        long startNanos = nanos.getAsLong();
        long startStep = done.step();
        ChatStream stream =
                new ChatStream(encoder, plan.curriculum(), plan.seed(), plan.batchTokens(), done.position());
        ExactMatch validation =
                new ExactMatch(encoder, Split.VALIDATION, plan.scoredCasesPerType(), plan.seed(), plan.batchTokens());
        try (ParallelNetwork network = new ParallelNetwork(plan.shape(), plan.workers())) {
            double meanLoss = Double.NaN;
            long tokens = 0;
            int skipped = 0;
            int last = plan.learningRate().steps();
            for (long step = done.step() + 1;
                    step <= last && nanos.getAsLong() - startNanos < timeMax.toNanos();
                    step++) {
                Batch batch = stream.next();
                LlamaNetwork.Gradients result = network.train(weights, batch);
                double norm = optimiser.step(
                        result.gradients(), step, plan.learningRate().at(step));
                skipped = Double.isFinite(norm) ? 0 : skipped + 1;
                if (skipped > 0) {
                    out.printf("step %d skipped: its gradient is not finite%n", step);
                    if (skipped > SKIPPED_STEPS_MAX) {
                        throw new IOException(
                                "the last " + skipped + " gradients were not finite; resume with a lower rate");
                    }
                    continue;
                }
                done = new Checkpoint(step, stream.position());
                tokens += batch.ids().length;
                meanLoss = Double.isNaN(meanLoss)
                        ? result.loss()
                        : LOSS_MEMORY * meanLoss + (1 - LOSS_MEMORY) * result.loss();
                if (step % REPORT_EVERY_STEPS == 0 || step == last) {
                    report(step, meanLoss, tokens, step - startStep, nanos.getAsLong() - startNanos);
                }
                if (step % plan.scoreEverySteps() == 0 || step == last) {
                    report(validation.score(network.single(), weights));
                }
                if (step % plan.checkpointEverySteps() == 0) {
                    done.write(checkpointFile, weights, optimiser);
                }
            }
        }
        done.write(checkpointFile, weights, optimiser);
    }

    private void report(long step, double loss, long tokens, long stepsHere, long elapsedNanos) {
        int last = plan.learningRate().steps();
        int filled = (int) (20 * step / last);
        double seconds = elapsedNanos / 1e9;
        Duration left = Duration.ofSeconds((long) (seconds / stepsHere * (last - step)));
        out.printf(
                Locale.ROOT,
                "[%s%s] %d/%d  loss %.4f  rate %.1e  %.0f tokens/s  %d:%02d:%02d left%n",
                "=".repeat(filled),
                " ".repeat(20 - filled),
                step,
                last,
                loss,
                plan.learningRate().at(step),
                tokens / seconds,
                left.toHours(),
                left.toMinutesPart(),
                left.toSecondsPart());
    }

    private void report(Map<TaskType, ExactMatch.Score> scores) {
        out.println("word for word: "
                + scores.entrySet().stream()
                        .map(score -> "%s %.0f%%"
                                .formatted(
                                        score.getKey().label(),
                                        100 * score.getValue().share()))
                        .collect(Collectors.joining(", ")));
    }
}
