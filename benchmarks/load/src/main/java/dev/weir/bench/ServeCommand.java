package dev.weir.bench;

import dev.weir.bench.load.Load;
import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.RunResult;
import dev.weir.bench.report.Commit;
import dev.weir.bench.report.HtmlReport;
import dev.weir.bench.report.JsonReport;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.ServeReport;
import dev.weir.bench.report.TextReport;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.Workload;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    @Option(names = "--url", required = true, paramLabel = "URL", description = "The server: http://HOST:PORT")
    private String url;

    @Option(names = "--model", defaultValue = "", paramLabel = "NAME", description = "Needed where several are served.")
    private String model;

    @Mixin
    private LoadOptions load;

    @Mixin
    private RequestOptions requests;

    @Mixin
    private WorkloadOptions workload;

    @Option(
            names = "--goodput",
            paramLabel = "LIMITS",
            description = "Also count the requests that keep limits: " + Goodput.FORM)
    private @Nullable String goodputLimits;

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

    @Override
    public Integer call() {
        List<Load> loads = load.loads();
        Workload asked = workload.workload(requests.seed());
        Goodput goodput = goodputLimits == null ? Goodput.NONE : Goodput.parse(goodputLimits);
        requests.check();
        try (MeasuredServer server =
                MeasuredServer.open(url, model, requests, spec.commandLine().getErr())) {
            server.warmUp(requests.warmUp(asked, server.counter()));
            List<RunResult> runs = new ArrayList<>();
            for (int i = 0; i < loads.size(); i++) {
                long seed = requests.seedOfRun(i);
                List<Session> sessions = requests.sessions(asked, seed, server.counter());
                String what = TextReport.words(loads.get(i).description());
                runs.add(server.run(loads.get(i), sessions, seed, goodput, what));
            }
            return report(new ServeReport(
                    Instant.now(),
                    command,
                    Commit.of(Path.of(System.getProperty("weir.home", "."))),
                    Machine.here(),
                    server.url(),
                    server.model(),
                    asked.description(),
                    server.counter().method(),
                    goodput,
                    runs));
        }
    }

    private int report(ServeReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(TextReport.write(report));
        out.flush();
        OutputFile.write(jsonFile, new JsonReport().write(report), out);
        OutputFile.write(htmlFile, HtmlReport.write(report), out);
        return Main.exitCode(report.runs());
    }
}
