package dev.weir.bench;

import dev.weir.bench.load.LiveTimeline;
import dev.weir.bench.load.Load;
import dev.weir.bench.load.LoadRun;
import dev.weir.bench.load.Timeline;
import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.Recorder;
import dev.weir.bench.measure.RunResult;
import dev.weir.bench.report.Commit;
import dev.weir.bench.report.HtmlReport;
import dev.weir.bench.report.JsonReport;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.ServeReport;
import dev.weir.bench.report.TextReport;
import dev.weir.bench.server.CallOptions;
import dev.weir.bench.server.Endpoint;
import dev.weir.bench.server.HttpCompletionClient;
import dev.weir.bench.server.ServerApi;
import dev.weir.bench.server.Target;
import dev.weir.bench.server.UnreachableException;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.TokenCounter;
import dev.weir.bench.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench serve}: how a running server does under load. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a running OpenAI-compatible server under load.",
        footer = {
            "",
            "Exit codes: 0 measured; 1 nothing could be measured; 2 bad options; 3 measured, but some requests failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ServeCommand implements Callable<Integer> {
    private static final int REQUESTS_MAX = 1_000_000;
    private static final int WARM_UP_CONCURRENCY = 4;

    /** Runs draw from seeds this far apart, warm-ups from just before them: no run finds prompts of another computed. */
    private static final long SEEDS_PER_RUN = 1_000_003;

    @Option(names = "--url", required = true, paramLabel = "URL", description = "The server: http://HOST:PORT")
    private String url;

    @Option(names = "--model", defaultValue = "", paramLabel = "NAME", description = "Needed where several are served.")
    private String model;

    @Mixin
    private LoadOptions load;

    @Option(
            names = "--requests",
            defaultValue = "100",
            paramLabel = "N",
            description = "Requests of each run (default: ${DEFAULT-VALUE}); turns of a session count one by one.")
    private int requestCount;

    @Mixin
    private WorkloadOptions workload;

    @Option(
            names = "--warmup",
            defaultValue = "4",
            paramLabel = "N",
            description =
                    "Requests of the same kind before the first run that are not measured (default: ${DEFAULT-VALUE}).")
    private int warmUpCount;

    @Option(
            names = "--goodput",
            paramLabel = "LIMITS",
            description = "Also count the requests that keep limits: " + Goodput.FORM)
    private @Nullable String goodputLimits;

    @Option(
            names = "--endpoint",
            defaultValue = "chat",
            paramLabel = "KIND",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Endpoint endpoint;

    @Option(
            names = "--stop-at-eos",
            description =
                    "Let answers end when the model ends them; else they have exactly the ordered length, on servers"
                            + " that know ignore_eos.")
    private boolean stopAtEos;

    @Option(names = "--temperature", defaultValue = "0", paramLabel = "T", description = "0 to 2 (default: 0).")
    private double temperature;

    @Option(
            names = "--timeout",
            defaultValue = "600",
            paramLabel = "SECONDS",
            description = "After which a request counts as failed (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Of prompts and arrivals (default: 1).")
    private long seed;

    @Option(
            names = "--api-key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable that holds the server's API key.")
    private @Nullable String apiKeyVariable;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there, for bench compare.")
    private @Nullable Path jsonFile;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report there, with plots.")
    private @Nullable Path htmlFile;

    @Spec
    private CommandSpec spec;

    private final String command;

    ServeCommand(String command) {
        this.command = command;
    }

    /** Everything that the runs have in common. */
    private record Setting(
            Timeline timeline, HttpCompletionClient client, Workload workload, TokenCounter counter, Goodput goodput) {}

    @Override
    public Integer call() {
        List<Load> loads = load.loads();
        Workload asked = workload.workload(seed);
        Goodput goodput = goodputLimits == null ? Goodput.NONE : Goodput.parse(goodputLimits);
        checkCounts();
        Target target = Target.of(url, apiKey());
        try (ServerApi api = new ServerApi(target);
                LiveTimeline timeline = new LiveTimeline()) {
            String served = api.model(model);
            TokenCounter counter = api.tokenCounter(served);
            CallOptions options =
                    new CallOptions(served, endpoint, !stopAtEos, temperature, Duration.ofSeconds(timeoutSeconds));
            try (HttpCompletionClient client = new HttpCompletionClient(target, options, timeline)) {
                List<RunResult> runs = measure(new Setting(timeline, client, asked, counter, goodput), loads);
                return report(new ServeReport(
                        Instant.now(),
                        command,
                        Commit.of(Path.of(System.getProperty("weir.home", "."))),
                        Machine.here(),
                        target.toString(),
                        served,
                        asked.description(),
                        counter.method(),
                        goodput,
                        runs));
            }
        }
    }

    private void checkCounts() {
        if (requestCount < 1 || requestCount > REQUESTS_MAX) {
            throw new IllegalArgumentException("--requests must be 1 to " + REQUESTS_MAX + ", not " + requestCount);
        }
        if (warmUpCount < 0 || warmUpCount > REQUESTS_MAX) {
            throw new IllegalArgumentException("--warmup must be 0 to " + REQUESTS_MAX + ", not " + warmUpCount);
        }
    }

    private Optional<String> apiKey() {
        if (apiKeyVariable == null) {
            return Optional.empty();
        }
        String key = System.getenv(apiKeyVariable);
        if (key == null || key.isBlank()) {
            throw new IllegalArgumentException("--api-key-env: the environment has no " + apiKeyVariable);
        }
        return Optional.of(key);
    }

    private List<RunResult> measure(Setting setting, List<Load> loads) {
        if (warmUpCount > 0) {
            run(setting, new Load.Closed(WARM_UP_CONCURRENCY), warmUpCount, seed - 1, "warming up");
        }
        List<RunResult> runs = new ArrayList<>();
        for (int i = 0; i < loads.size(); i++) {
            String what = TextReport.words(loads.get(i).description());
            runs.add(run(setting, loads.get(i), requestCount, seed + i * SEEDS_PER_RUN, what));
        }
        return runs;
    }

    private RunResult run(Setting setting, Load asked, int requests, long runSeed, String what) {
        int turns = setting.workload().turnsPerSession();
        int sessionCount = Math.ceilDiv(requests, turns);
        List<Session> sessions = setting.workload().sessions(sessionCount, runSeed, setting.counter());
        Recorder recorder = new Recorder();
        Progress progress = new Progress(
                spec.commandLine().getErr(),
                Progress.onTerminal(),
                what,
                sessionCount * turns,
                setting.timeline()::nanos);
        LoadRun run =
                new LoadRun(setting.timeline(), setting.client(), asked, sessions, runSeed, recorder.andThen(progress));
        try {
            LoadRun.Span span = run.start().get();
            progress.end();
            return recorder.result(asked, runSeed, span, setting.goodput());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while measuring");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the harness itself failed: " + e.getCause(), e);
        }
    }

    private int report(ServeReport report) {
        spec.commandLine().getOut().print(TextReport.write(report));
        spec.commandLine().getOut().flush();
        write(jsonFile, new JsonReport().write(report));
        write(htmlFile, HtmlReport.write(report));
        if (report.runs().stream().allMatch(run -> run.completed() == 0)) {
            throw new UnreachableException("no request was answered");
        }
        return report.runs().stream().anyMatch(run -> run.failed() > 0) ? Main.SOME_FAILED : Main.MEASURED;
    }

    private void write(@Nullable Path file, String text) {
        if (file == null) {
            return;
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, text);
            spec.commandLine().getOut().println("written: " + file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e, e);
        }
    }
}
