package dev.weir.control.evaluation.desk;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.archive.GoldenArchive;
import dev.weir.control.evaluation.archive.GoldenVersion;
import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.archive.RunStatus;
import dev.weir.control.evaluation.archive.RunStatus.State;
import dev.weir.control.evaluation.gate.AnswerLabels;
import dev.weir.control.evaluation.gate.Gate;
import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.gate.GateRules;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Grader;
import dev.weir.control.evaluation.grading.RubricJudge;
import dev.weir.control.evaluation.grading.Similarity;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.PairJudge;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.JudgeVersion;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.evaluation.run.Opponent;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.evaluation.run.RunSettings;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs in this process. One that ends with the process is resumed on demand, here or in another replica. */
public final class EvaluationRuns implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EvaluationRuns.class);
    private static final int ACTIVE_MAX = 4;

    private final GoldenArchive sets;
    private final RunArchive runs;
    private final ModelServer server;
    private final Function<String, Optional<String>> weights;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, EvaluationRun> active = new ConcurrentHashMap<>();

    /**
     * No runs yet.
     *
     * @param weights which version of a model engines have, where they say so
     */
    public EvaluationRuns(
            GoldenArchive sets, RunArchive runs, ModelServer server, Function<String, Optional<String>> weights) {
        this.sets = sets;
        this.runs = runs;
        this.server = server;
        this.weights = weights;
    }

    /** Begins a run, and returns while it goes on. */
    public RunStatus start(RunOrder order, String author) {
        GoldenVersion version = sets.version(order.setName(), order.version());
        String judgeModel = order.judgeModel();
        RunSettings settings = new RunSettings(
                UUID.randomUUID().toString(),
                order.setName(),
                version.hash(),
                order.model(),
                order.repeatCount(),
                judgeModel == null ? null : judge(judgeModel).version(),
                order.embeddingModel(),
                order.comparedWith(),
                0,
                0);
        requireOpponent(settings);
        requirePlace();
        requireConcurrency(order.concurrency());
        runs.begin(settings, version.caseCount() * order.repeatCount(), author);
        execute(settings, order.concurrency());
        return runs.status(settings.id());
    }

    /** Goes on with a run that ended before it was done. */
    public RunStatus resume(String id, int concurrency) {
        RunStatus status = runs.status(id);
        if (status.state() == State.DONE || active.containsKey(id)) {
            throw EvaluationFailure.conflict(
                    "the run " + id + " is " + (status.state() == State.DONE ? "done" : "under way"));
        }
        requirePlace();
        requireConcurrency(concurrency);
        runs.turns(id, State.RUNNING, null);
        execute(status.settings(), concurrency);
        return runs.status(id);
    }

    /** Asks nothing more. */
    public RunStatus cancel(String id) {
        RunStatus status = runs.status(id);
        EvaluationRun run = active.get(id);
        if (run != null) {
            run.cancel();
        } else if (status.state() == State.RUNNING) {
            runs.turns(id, State.CANCELLED, "ended with its process");
        }
        return runs.status(id);
    }

    /**
     * The gate's verdict on a run, against another where one is named.
     *
     * @param labels of people, on the candidate's answers
     */
    public GateReport compare(String candidateId, Optional<String> baselineId, GateRules rules, AnswerLabels labels) {
        RunResults candidate = runs.results(candidateId);
        RunResults baseline = baselineId.map(runs::results).orElse(null);
        GoldenSet set = sets.cases(candidate.settings().goldenHash());
        return new Gate(rules).judge(set, candidate, baseline, labels);
    }

    private void requireOpponent(RunSettings settings) {
        String other = settings.comparedWith();
        if (other == null) {
            return;
        }
        RunStatus status = runs.status(other);
        if (status.state() != State.DONE || !status.settings().goldenHash().equals(settings.goldenHash())) {
            throw EvaluationFailure.conflict("the run " + other + " is not done, or over another version of the set:"
                    + " answers are compared with those of a run that is done over the same version");
        }
    }

    private void requirePlace() {
        if (active.size() >= ACTIVE_MAX) {
            throw EvaluationFailure.conflict(ACTIVE_MAX + " runs are under way here: wait, or cancel one");
        }
    }

    private static void requireConcurrency(int concurrency) {
        if (concurrency < 1 || concurrency > EvaluationRun.CONCURRENCY_MAX) {
            throw new IllegalArgumentException(
                    "1 to " + EvaluationRun.CONCURRENCY_MAX + " requests at a time: " + concurrency);
        }
    }

    private void execute(RunSettings settings, int concurrency) {
        Judge judge = pinned(settings.judgeVersion());
        Grader grader = new Grader(similarity(settings.embeddingModel()), judge == null ? RubricJudge.NONE : judge);
        EvaluationRun run = new EvaluationRun(
                settings, sets.cases(settings.goldenHash()), server, grader, opponent(settings, judge));
        active.put(settings.id(), run);
        Thread.ofVirtual().name("weir-evaluation").start(() -> {
            try {
                run.execute(concurrency, runs.keeper(settings.id()), (_, _) -> {});
                runs.turns(settings.id(), run.isCancelled() ? State.CANCELLED : State.DONE, null);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failure) {
                log.warn("the run {} failed: {}", settings.id(), failure.getMessage());
                runs.turns(settings.id(), State.FAILED, String.valueOf(failure.getMessage()));
            } finally {
                active.remove(settings.id());
            }
        });
    }

    private Similarity similarity(@Nullable String model) {
        return model == null ? Similarity.NONE : server.similarity(model);
    }

    private @Nullable Opponent opponent(RunSettings settings, @Nullable Judge judge) {
        String other = settings.comparedWith();
        return other == null || judge == null ? null : Opponent.of(runs.results(other), new PairJudge(judge));
    }

    /** The judge of this version. */
    private @Nullable Judge pinned(@Nullable String version) {
        if (version == null) {
            return null;
        }
        Judge judge = JudgeVersion.parse(version)
                .map(written -> judge(written.model()).pinned())
                .orElseThrow(() -> EvaluationFailure.conflict("nobody knows a judge " + version));
        if (!judge.version().equals(version)) {
            throw EvaluationFailure.conflict("the judge is " + judge.version() + " now, and the run began with "
                    + version + ": their verdicts cannot stand together, begin another run");
        }
        return judge;
    }

    private Judge judge(String model) {
        return new Judge(model, Judge.formOf(model), server, () -> weights.apply(model), random);
    }

    @Override
    public void close() {
        active.values().forEach(EvaluationRun::cancel);
    }
}
