package dev.weir.models;

import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.Split;
import dev.weir.models.evaluation.HttpAnswerer;
import dev.weir.models.evaluation.LocalServer;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.router.Neighbours;
import dev.weir.models.router.RouterTraining;
import dev.weir.models.router.RoutingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train-router}: asks the demo models, learns which is enough for what, and says what that is worth. */
@Command(
        name = "train-router",
        description =
                "Ask the demo models questions of the training split, learn which model is enough for which, and print what routing costs and gets right on the evaluation set.")
final class TrainRouterCommand implements Callable<Integer> {
    private static final long TRAIN_SEED = 777;
    private static final Map<Difficulty, Integer> TRAIN_COUNTS =
            Map.of(Difficulty.SIMPLE, 1400, Difficulty.MODERATE, 1400, Difficulty.COMPLEX, 1400, Difficulty.JUDGE, 800);

    /** A token costs what its model has parameters, in millions. */
    private static final double[] COSTS = {0.49, 1.24, 2.63};

    /** How many are asked of, for comparison with the head. */
    private static final int[] NEIGHBOURS = {8, 32, 128};

    private static final double[] LOSSES = {0.005, 0.01, 0.02, 0.04, 0.08, 0.16};

    @Option(
            names = "--url",
            description =
                    "an OpenAI-compatible server, such as http://127.0.0.1:8080/v1 (default: ./weir serve is started)")
    private @Nullable String url;

    @Option(
            names = "--concurrency",
            defaultValue = "8",
            description = "requests under way at a time (default ${DEFAULT-VALUE})")
    private int concurrency;

    @Option(
            names = "--outcomes",
            defaultValue = "${sys:weir.home:-.}/models/target/router",
            description =
                    "where answers are kept; those that are there are not asked for again (default ${DEFAULT-VALUE})")
    private Path outcomes = Path.of("");

    @Option(
            names = "--demo",
            defaultValue = "${sys:weir.home:-.}/models/demo",
            description = "where encoder and evaluation set are and the head goes (default ${DEFAULT-VALUE})")
    private Path demo = Path.of("");

    @Option(names = "--evaluate", description = "train nothing: judge the head that is there")
    private boolean evaluate;

    @Option(
            names = "--home",
            hidden = true,
            defaultValue = "${sys:weir.home:-.}",
            description = "the repository to start")
    private Path home = Path.of("");

    private final List<String> models =
            Arrays.stream(DemoModel.values()).map(DemoModel::modelName).toList();

    @Override
    public Integer call() throws IOException, InterruptedException {
        HashedEncoder encoder = HashedEncoder.read(demo.resolve("weir-demo-encoder"));
        Path directory = demo.resolve("weir-demo-router");
        Files.createDirectories(outcomes);
        Outcomes train = outcomes("train.jsonl", EvaluationSet.generate(Split.TRAIN, TRAIN_SEED, TRAIN_COUNTS));
        RouterTraining training = new RouterTraining(encoder, models, COSTS);
        if (!evaluate) {
            training.train(train).write(directory);
            System.out.println("wrote " + directory.resolve(LearnedHead.FILE));
        }
        LearnedHead head = LearnedHead.read(directory);
        Outcomes test = outcomes("evaluation.jsonl", EvaluationSet.read(demo.resolve("evaluation.jsonl")));
        RoutingReport report = new RoutingReport(test, models, COSTS);
        print(report, head, encoder, training.learnUpgrade(train, head, RouterTraining.LOSS_MAX), test);
        for (int count : NEIGHBOURS) {
            Neighbours neighbours = new Neighbours(encoder, train, models, COSTS, count);
            compare("by " + count + " nearest neighbours", report, report.routed(neighbours::choose));
        }
        System.out.println("with upgrades, for the loss that may be asked for; half of it is allowed in training");
        for (double lossMax : LOSSES) {
            RoutingReport.Line line = report.upgraded(head, encoder, training.learnUpgrade(train, head, lossMax));
            RoutingReport.Line oracle = report.oracle(lossMax);
            System.out.printf(
                    Locale.ROOT,
                    "  %4.1f points: %+5.1f points, %4.1f %% saved; an oracle %4.1f %%%n",
                    100 * lossMax,
                    100 * (line.accuracy() - report.always(models.size() - 1).accuracy()),
                    100 * (1 - line.cost()),
                    100 * (1 - oracle.cost()));
        }
        return 0;
    }

    private Outcomes outcomes(String name, EvaluationSet set) throws IOException, InterruptedException {
        Path file = outcomes.resolve(name);
        if (!Files.exists(file)) {
            if (url != null) {
                collect(set, url, file);
            } else {
                try (LocalServer server = LocalServer.start(home, models)) {
                    collect(set, server.baseUrl(), file);
                }
            }
        }
        return Outcomes.read(file);
    }

    private void collect(EvaluationSet set, String baseUrl, Path file) throws IOException, InterruptedException {
        try (HttpAnswerer answerer = new HttpAnswerer(baseUrl)) {
            Outcomes.collect(set, models, answerer, concurrency).write(file);
        }
    }

    private void print(
            RoutingReport report,
            LearnedHead head,
            HashedEncoder encoder,
            RouterTraining.Upgrade upgrade,
            Outcomes test) {
        System.out.printf(
                "on %,d cases; a token costs what its model has parameters%n",
                test.rows().size());
        for (int m = 0; m < models.size(); m++) {
            print("always " + models.get(m), report.always(m));
        }
        print("by chance", report.random());
        print("oracle, for every case by itself", report.oracle());
        print("oracle that may lose a point", report.oracle(RouterTraining.LOSS_MAX));
        compare("routed", report, report.routed(head, encoder));
        compare("routed, with upgrades", report, report.upgraded(head, encoder, upgrade));
        System.out.printf(
                Locale.ROOT,
                "upgrades as learnt on the training split: sacrifice-max %.2f, logprob-min %.3f%n",
                upgrade.sacrificeMax(),
                upgrade.logprobMin());
    }

    private void compare(String what, RoutingReport report, RoutingReport.Line line) {
        print(what, line);
        System.out.printf(
                Locale.ROOT,
                "  against always power: %+.1f points, %.1f %% saved; fast and power mixed by chance at that cost: %.1f %% right%n",
                100 * (line.accuracy() - report.always(models.size() - 1).accuracy()),
                100 * (1 - line.cost()),
                100 * report.accuracyOfMixing(line.cost()));
    }

    private static void print(String what, RoutingReport.Line line) {
        System.out.printf("%-34s %s%n", what, line);
    }
}
