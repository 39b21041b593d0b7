package dev.weir.bench;

import dev.weir.bench.compare.PeersReport;
import dev.weir.bench.compare.PeersReport.Pair;
import dev.weir.bench.load.Load;
import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.RunResult;
import dev.weir.bench.report.Commit;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.TextReport;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.Workload;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench peers}: two servers, the same prompts, in turn. Machines are faster one minute and slower the next; what is measured one right
 * after the other, over and over, can be compared all the same.
 */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures two running servers in turn with the same prompts; prints medians and ratios.",
        footer = {
            "",
            "Prompts are counted by the first server's tokenizer. Rounds have different prompts, and who begins alternates.",
            "Exit codes: 0 measured; 1 nothing could be measured; 2 bad options; 3 measured, but some requests failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PeersCommand implements Callable<Integer> {
    private static final int ROUNDS_MAX = 100;

    @Option(names = "--url", required = true, paramLabel = "URL", description = "The server: http://HOST:PORT")
    private String url;

    @Option(names = "--peer", required = true, paramLabel = "URL", description = "The one beside it.")
    private String peerUrl;

    @Option(names = "--model", defaultValue = "", paramLabel = "NAME", description = "Needed where several are served.")
    private String model;

    @Option(names = "--peer-model", defaultValue = "", paramLabel = "NAME", description = "The same of the peer.")
    private String peerModel;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            paramLabel = "N",
            description = "How often each is measured under each load (default: ${DEFAULT-VALUE}).")
    private int roundCount;

    @Mixin
    private LoadOptions load;

    @Mixin
    private RequestOptions requests;

    @Mixin
    private WorkloadOptions workload;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there.")
    private @Nullable Path jsonFile;

    @Spec
    private CommandSpec spec;

    private final String command;

    PeersCommand(String command) {
        this.command = command;
    }

    @Override
    public Integer call() {
        List<Load> loads = load.loads();
        Workload asked = workload.workload(requests.seed());
        requests.check();
        if (roundCount < 1 || roundCount > ROUNDS_MAX) {
            throw new IllegalArgumentException("--rounds must be 1 to " + ROUNDS_MAX + ", not " + roundCount);
        }
        PrintWriter terminal = spec.commandLine().getErr();
        try (MeasuredServer ours = MeasuredServer.open(url, model, requests, terminal);
                MeasuredServer peer = MeasuredServer.open(peerUrl, peerModel, requests, terminal)) {
            for (MeasuredServer server : List.of(ours, peer)) {
                server.warmUp(requests.warmUp(asked, ours.counter()));
            }
            return report(new PeersReport(
                    Instant.now(),
                    command,
                    Commit.of(Path.of(System.getProperty("weir.home", "."))),
                    Machine.here(),
                    ours.url() + " (" + ours.model() + ")",
                    peer.url() + " (" + peer.model() + ")",
                    asked.description(),
                    ours.counter().method(),
                    pairs(ours, peer, asked, loads)));
        }
    }

    private List<Pair> pairs(MeasuredServer ours, MeasuredServer peer, Workload asked, List<Load> loads) {
        List<Pair> pairs = new ArrayList<>();
        for (int round = 0; round < roundCount; round++) {
            for (int i = 0; i < loads.size(); i++) {
                Load level = loads.get(i);
                long seed = requests.seedOfRun(round * loads.size() + i);
                List<Session> sessions = requests.sessions(asked, seed, ours.counter());
                String what =
                        "round %d of %d, %s".formatted(round + 1, roundCount, TextReport.words(level.description()));
                boolean oursFirst = round % 2 == 0;
                RunResult first = (oursFirst ? ours : peer).run(level, sessions, seed, Goodput.NONE, what);
                RunResult second = (oursFirst ? peer : ours).run(level, sessions, seed, Goodput.NONE, what);
                pairs.add(new Pair(i, oursFirst ? first : second, oursFirst ? second : first));
            }
        }
        return pairs;
    }

    private int report(PeersReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(report.text());
        out.flush();
        OutputFile.write(jsonFile, report.json(), out);
        return Main.exitCode(report.pairs().stream()
                .flatMap(pair -> Stream.of(pair.ours(), pair.peer()))
                .toList());
    }
}
