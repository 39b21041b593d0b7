package dev.weir.bench;

import dev.weir.bench.gateway.GatewayMeasurement;
import dev.weir.bench.gateway.GatewayMeasurement.Plan;
import dev.weir.bench.gateway.GatewayReport;
import dev.weir.bench.gateway.Variant;
import dev.weir.bench.report.Machine;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench gateway}: what the control plane adds to an answer that costs nothing itself. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures what the control plane adds: a scripted upstream, asked directly and through it, in turn.",
        footer = {
            "",
            "Callers need a key, two limits are reserved and settled for each request, and metrics are on. Load is open-loop:",
            "times count from when a request was due; what is added is the median over rounds. Exit codes: 0 measured; 1 nothing could be",
            "measured; 2 bad options; 3 measured, but some requests failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class GatewayCommand implements Callable<Integer> {
    @Option(
            names = "--rate",
            defaultValue = "1000",
            paramLabel = "N",
            description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private int ratePerSecond;

    @Option(
            names = "--streams",
            defaultValue = "50",
            paramLabel = "N",
            description = "Streams begun a second, of 20 events in 0.2 s each (default: ${DEFAULT-VALUE}).")
    private int streamsPerSecond;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            paramLabel = "S",
            description = "Of each round (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "Of each way, and up to three times as many where the machine's host disturbs them"
                    + " (default: ${DEFAULT-VALUE}).")
    private int roundCount;

    @Option(
            names = "--warm-up",
            defaultValue = "30",
            paramLabel = "S",
            description =
                    "Seconds that do not count, for both JVMs to translate what they do (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--option",
            paramLabel = "OPTION",
            description = "For the control plane, --option=--config=weir.yaml for one; may be given more than once.")
    private List<String> options = List.of();

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description =
                    "For the control plane's JVM, --java-option=-XX:+UseG1GC for one; may be given more than once.")
    private List<String> javaOptions = List.of();

    @Option(
            names = "--ladder",
            description = "Measures it also with cache, classification and traces, each on top of the one before.")
    private boolean ladder;

    @Option(
            names = "--beside",
            paramLabel = "NAME=WORDS",
            description =
                    "Measures another one beside it, in the same rounds, which differs by these words: another jar, options of the JVM (-X, -D)"
                            + " or of its own (--). --beside 'serial=-XX:+UseSerialGC' for one; may be given more than once.")
    private Map<String, String> beside = Map.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Plan plan = new Plan(ratePerSecond, streamsPerSecond, seconds, roundCount, warmUpSeconds);
        Path jar = Path.of(System.getProperty("weir.home", "."), "control-plane", "target", "weir-control.jar");
        PrintWriter out = spec.commandLine().getOut();
        Machine machine = Machine.here();
        out.printf("%s, %d cores, %s%n", machine.processor(), machine.cores(), machine.java());
        Variant plain = Variant.plain(jar, javaOptions, options);
        List<Variant> variants = new ArrayList<>(List.of(plain));
        beside.forEach((name, words) ->
                variants.add(plain.but(name, List.of(words.strip().split(" +", -1)))));
        out.printf(
                Locale.ROOT,
                "%d requests/s and %d streams/s, open-loop, %d rounds of %.0f s each way; load average %.1f before%n%n",
                ratePerSecond,
                streamsPerSecond,
                roundCount,
                seconds,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        out.flush();
        GatewayReport measured = GatewayMeasurement.run(variants, ladder, plan);
        out.print(measured.text());
        out.flush();
        return measured.failureCount() == 0 ? Main.MEASURED : Main.SOME_FAILED;
    }
}
