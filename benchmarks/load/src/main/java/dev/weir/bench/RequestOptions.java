package dev.weir.bench;

import dev.weir.bench.server.CallOptions;
import dev.weir.bench.server.Endpoint;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.TokenCounter;
import dev.weir.bench.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many requests there are and what each is like, as options say it. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RequestOptions {
    private static final int REQUESTS_MAX = 1_000_000;

    /** Runs draw from seeds this far apart, warm-ups from just before them: no run finds prompts of another computed. */
    private static final long SEEDS_PER_RUN = 1_000_003;

    @Option(
            names = "--requests",
            defaultValue = "100",
            paramLabel = "N",
            description = "Requests of each run (default: ${DEFAULT-VALUE}); turns of a session count one by one.")
    private int requestCount;

    @Option(
            names = "--warmup",
            defaultValue = "4",
            paramLabel = "N",
            description =
                    "Requests of the same kind before the first run that are not measured (default: ${DEFAULT-VALUE}).")
    private int warmUpCount;

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

    /** Refuses what no run can have, before any server is asked. */
    void check() {
        if (requestCount < 1 || requestCount > REQUESTS_MAX) {
            throw new IllegalArgumentException("--requests must be 1 to " + REQUESTS_MAX + ", not " + requestCount);
        }
        if (warmUpCount < 0 || warmUpCount > REQUESTS_MAX) {
            throw new IllegalArgumentException("--warmup must be 0 to " + REQUESTS_MAX + ", not " + warmUpCount);
        }
        callOptions("any");
        apiKey();
    }

    CallOptions callOptions(String model) {
        return new CallOptions(model, endpoint, !stopAtEos, temperature, Duration.ofSeconds(timeoutSeconds));
    }

    Optional<String> apiKey() {
        if (apiKeyVariable == null) {
            return Optional.empty();
        }
        String key = System.getenv(apiKeyVariable);
        if (key == null || key.isBlank()) {
            throw new IllegalArgumentException("--api-key-env: the environment has no " + apiKeyVariable);
        }
        return Optional.of(key);
    }

    long seed() {
        return seed;
    }

    /** Of a run, counted from 0. */
    long seedOfRun(int run) {
        return seed + run * SEEDS_PER_RUN;
    }

    /** What is asked before the first run; nothing where no warm-up is wanted. */
    List<Session> warmUp(Workload workload, TokenCounter counter) {
        return warmUpCount == 0 ? List.of() : sessions(workload, warmUpCount, seed - 1, counter);
    }

    /** What a run asks. */
    List<Session> sessions(Workload workload, long runSeed, TokenCounter counter) {
        return sessions(workload, requestCount, runSeed, counter);
    }

    private static List<Session> sessions(Workload workload, int requests, long runSeed, TokenCounter counter) {
        return workload.sessions(Math.ceilDiv(requests, workload.turnsPerSession()), runSeed, counter);
    }
}
