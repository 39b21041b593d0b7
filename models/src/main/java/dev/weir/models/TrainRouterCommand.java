package dev.weir.models;

import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.Split;
import dev.weir.models.evaluation.HttpAnswerer;
import dev.weir.models.evaluation.KeptOutcomes;
import dev.weir.models.evaluation.LocalServer;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.router.Cascade;
import dev.weir.models.router.CheckTraining;
import dev.weir.models.router.CheckTraining.Aside;
import dev.weir.models.router.Neighbours;
import dev.weir.models.router.RouterTraining;
import dev.weir.models.router.RoutingReport;
import dev.weir.models.router.Sign;
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

    /** Of forms and names that neither models nor head have seen; to see whether what was learnt holds there. */
    private static final long VALIDATION_SEED = 4242;

    private static final Map<Difficulty, Integer> VALIDATION_COUNTS =
            Map.of(Difficulty.SIMPLE, 700, Difficulty.MODERATE, 700, Difficulty.COMPLEX, 700, Difficulty.JUDGE, 400);

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
                    "where answers are kept; a model is not asked again before its weights are others (default ${DEFAULT-VALUE})")
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
        CheckTraining checks = new CheckTraining(encoder, train, models, COSTS);
        Outcomes other = outcomes(
                "validation.jsonl", EvaluationSet.generate(Split.VALIDATION, VALIDATION_SEED, VALIDATION_COUNTS));
        if (!evaluate) {
            LearnedHead learnt = new RouterTraining(encoder, models, COSTS).train(train);
            learnt.write(directory);
            checks.train(new Aside(other, learnt), RouterTraining.LOSS_MAX)
                    .getFirst()
                    .write(directory);
            System.out.println("wrote " + directory.resolve(LearnedHead.FILE) + " and " + LearnedCheck.FILE);
        }
        LearnedHead head = LearnedHead.read(directory);
        LearnedCheck check = LearnedCheck.read(directory);
        Aside aside = new Aside(other, head);
        Outcomes test = outcomes("evaluation.jsonl", EvaluationSet.read(demo.resolve("evaluation.jsonl")));
        RoutingReport report = new RoutingReport(test, models, COSTS);
        Cascade looked = checks.judge(test, head, check);
        print(report, test);
        compare("routed", report, report.routedConfidently(head, encoder));
        compare("routed, and looked at", report, looked.run(check));
        compare("the same, then always mid", report, looked.run(check, Cascade.Onward.NEXT));
        compare("the same, then always power", report, looked.run(check, Cascade.Onward.DEAREST));
        compareNeighbours(report, train, encoder);
        compareSigns(report, checks, test, aside, looked);
        compareLosses(report, checks, test, aside);
        return 0;
    }

    private void compareNeighbours(RoutingReport report, Outcomes train, HashedEncoder encoder) {
        for (int count : NEIGHBOURS) {
            Neighbours neighbours = new Neighbours(encoder, train, models, COSTS, count);
            compare("by " + count + " nearest neighbours", report, report.routed(neighbours::choose));
        }
    }

    /** What looking at answers is worth, by what one looks at; who is asked first is learnt for each. */
    private void compareSigns(RoutingReport report, CheckTraining checks, Outcomes test, Aside aside, Cascade looked) {
        System.out.println("looked at by one sign");
        for (Sign sign : Sign.values()) {
            LearnedCheck check = checks.train(sign, aside, RouterTraining.LOSS_MAX);
            compare(
                    "by the " + sign.text(),
                    report,
                    checks.judge(test, aside.head(), check, sign).run(check));
        }
        Cascade knowing = looked.knowing();
        compare("by one who knows, fast first", report, knowing.run(_ -> 0, 1, Cascade.Onward.DEAREST));
        compare("the same, and mid then", report, knowing.run(_ -> 0, 1, Cascade.Onward.NEXT));
    }

    private void compareLosses(RoutingReport report, CheckTraining checks, Outcomes test, Aside aside) {
        System.out.println(
                "looked at, for the loss that may be asked for; on the evaluation set and on the validation split");
        RoutingReport others = new RoutingReport(aside.outcomes(), models, COSTS);
        List<LearnedCheck> learnt = checks.train(aside, LOSSES);
        for (int l = 0; l < LOSSES.length; l++) {
            LearnedCheck check = learnt.get(l);
            System.out.printf(
                    Locale.ROOT,
                    "  %4.1f points: %s; an oracle %4.1f %%; validation: %s%n",
                    100 * LOSSES[l],
                    against(report, checks.judge(test, aside.head(), check).run(check)),
                    100 * (1 - report.oracle(LOSSES[l]).cost()),
                    against(
                            others,
                            checks.judge(aside.outcomes(), aside.head(), check).run(check)));
        }
    }

    private String against(RoutingReport report, RoutingReport.Line line) {
        return String.format(
                Locale.ROOT,
                "%+.1f points, %.1f %% saved",
                100 * (line.accuracy() - report.always(models.size() - 1).accuracy()),
                100 * (1 - line.cost()));
    }

    private Outcomes outcomes(String name, EvaluationSet set) throws IOException, InterruptedException {
        KeptOutcomes kept = new KeptOutcomes(outcomes.resolve(name), demo);
        List<String> due = kept.due(set, models);
        if (!due.isEmpty()) {
            System.out.println("asking " + String.join(", ", due) + " for " + name);
            if (url != null) {
                kept.put(set, collect(set, due, url), due);
            } else {
                try (LocalServer server = LocalServer.start(home, due)) {
                    kept.put(set, collect(set, due, server.baseUrl()), due);
                }
            }
        }
        return kept.read();
    }

    private Outcomes collect(EvaluationSet set, List<String> asked, String baseUrl)
            throws IOException, InterruptedException {
        try (HttpAnswerer answerer = new HttpAnswerer(baseUrl)) {
            return Outcomes.collect(set, asked, answerer, concurrency);
        }
    }

    private void print(RoutingReport report, Outcomes test) {
        System.out.printf(
                "on %,d cases; a token costs what its model has parameters%n",
                test.rows().size());
        for (int m = 0; m < models.size(); m++) {
            print("always " + models.get(m), report.always(m));
        }
        print("by chance", report.random());
        print("oracle, for every case by itself", report.oracle());
        print("oracle that may lose a point", report.oracle(RouterTraining.LOSS_MAX));
    }

    private void compare(String what, RoutingReport report, RoutingReport.Line line) {
        print(what, line);
        System.out.printf(
                Locale.ROOT,
                "  against always power: %s; fast and power mixed by chance at that cost: %.1f %% right%n",
                against(report, line),
                100 * report.accuracyOfMixing(line.cost()));
    }

    private static void print(String what, RoutingReport.Line line) {
        System.out.printf("%-34s %s%n", what, line);
    }
}
