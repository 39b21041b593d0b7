package dev.weir.models;

import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.LabelledCase;
import dev.weir.models.evaluation.Accuracy;
import dev.weir.models.evaluation.Evaluation;
import dev.weir.models.evaluation.HttpAnswerer;
import dev.weir.models.evaluation.LocalServer;
import dev.weir.models.evaluation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code evaluate}: the accuracy table, through the HTTP API. */
@Command(
        name = "evaluate",
        description = "Ask a running server every labelled case and print how often each model is right.")
final class EvaluateCommand implements Callable<Integer> {
    @Option(
            names = "--url",
            description =
                    "an OpenAI-compatible server, such as http://127.0.0.1:8080/v1 (default: ./weir serve is started)")
    private @Nullable String url;

    @Option(
            names = "--model",
            description = "a model the server lists; may be repeated (default: the three demo models)")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--cases",
            defaultValue = "${sys:weir.home:-.}/models/demo/evaluation.jsonl",
            description = "default ${DEFAULT-VALUE}")
    private Path cases = Path.of("");

    @Option(names = "--limit", description = "ask only every so many-th case, so that about this many are asked")
    private int limit;

    @Option(
            names = "--concurrency",
            defaultValue = "8",
            description = "requests under way at a time (default ${DEFAULT-VALUE})")
    private int concurrency;

    @Option(names = "--failures", description = "also print this many wrong answers per model")
    private int failures;

    @Option(
            names = "--home",
            hidden = true,
            defaultValue = "${sys:weir.home:-.}",
            description = "the repository to start")
    private Path home = Path.of("");

    @Option(names = "--write", description = "also write models/demo/accuracy.json")
    private boolean write;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EvaluationSet set = limited(EvaluationSet.read(cases));
        if (models.isEmpty()) {
            models = Arrays.stream(DemoModel.values()).map(DemoModel::modelName).toList();
        }
        if (url != null) {
            measure(set, url);
            return 0;
        }
        try (LocalServer server = LocalServer.start(home, models)) {
            measure(set, server.baseUrl());
        }
        return 0;
    }

    private void measure(EvaluationSet set, String baseUrl) throws IOException, InterruptedException {
        Evaluation evaluation = new Evaluation(set, concurrency);
        List<Accuracy> results = new ArrayList<>();
        try (HttpAnswerer answerer = new HttpAnswerer(baseUrl)) {
            for (String model : models) {
                List<Outcome> outcomes = evaluation.run(model, answerer);
                Accuracy accuracy = Accuracy.of(model, outcomes);
                results.add(accuracy);
                printTypes(accuracy);
                outcomes.stream()
                        .filter(outcome -> !outcome.right())
                        .limit(failures)
                        .forEach(EvaluateCommand::printFailure);
            }
        }
        System.out.println();
        System.out.print(Accuracy.table(results));
        if (write) {
            write(set, results);
        }
    }

    /** Evenly spaced cases, so that every type stays in. */
    private EvaluationSet limited(EvaluationSet set) {
        if (limit <= 0 || limit >= set.cases().size()) {
            return set;
        }
        List<LabelledCase> some = new ArrayList<>();
        for (int i = 0; i < limit; i++) {
            some.add(set.cases().get((int) ((long) i * set.cases().size() / limit)));
        }
        return new EvaluationSet(some);
    }

    private static void printTypes(Accuracy accuracy) {
        System.out.println(accuracy.model());
        accuracy.types()
                .forEach((type, share) -> System.out.printf(
                        Locale.ROOT,
                        "  %-18s %5.1f %%  (%d of %d)%n",
                        type,
                        100 * share.accuracy(),
                        share.right(),
                        share.cases()));
    }

    private static void printFailure(Outcome outcome) {
        System.out.printf(
                "  %s expected: %s%n  %s answered: %s%n",
                outcome.labelled().id(),
                outcome.labelled().expected(),
                " ".repeat(outcome.labelled().id().length()),
                outcome.answer());
    }

    private void write(EvaluationSet set, List<Accuracy> results) throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cases", set.cases().size());
        report.put("models", results);
        Path file = cases.resolveSibling("accuracy.json");
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(file, mapper.writeValueAsString(report) + "\n");
        System.out.println("wrote " + file);
    }
}
