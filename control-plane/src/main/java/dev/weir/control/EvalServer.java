package dev.weir.control;

import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.run.EvaluationRun;
import dev.weir.control.evaluation.run.ModelServer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The server that an evaluation asks, on the command line. The key is taken from {@code WEIR_API_KEY}. */
final class EvalServer {
    private static final Duration ANSWER_MAX = Duration.ofMinutes(5);

    @Option(
            names = "--url",
            defaultValue = "http://127.0.0.1:8080/v1",
            description = "an OpenAI-compatible server (default ${DEFAULT-VALUE})")
    private String url = "";

    @Option(names = "--concurrency", defaultValue = "8", description = "requests at a time (default ${DEFAULT-VALUE})")
    private int concurrency = 8;

    /** To be closed by who opens it. */
    ModelServer open() {
        try {
            return new ModelServer(
                    ModelServer.at(url), System.getenv("WEIR_API_KEY"), ANSWER_MAX, System::nanoTime, Thread::sleep);
        } catch (IllegalArgumentException refused) {
            throw new StartFailure("--url: " + refused.getMessage());
        }
    }

    int concurrency() {
        if (concurrency < 1 || concurrency > EvaluationRun.CONCURRENCY_MAX) {
            throw new StartFailure(
                    "--concurrency is 1 to " + EvaluationRun.CONCURRENCY_MAX + " requests at a time: " + concurrency);
        }
        return concurrency;
    }

    /** A judge on this server, of the version that the server has now. */
    static Judge judge(String model, ModelServer server) throws IOException, InterruptedException {
        Optional<String> weights = server.versionOf(model);
        return new Judge(model, Judge.formOf(model), server, () -> weights, new SecureRandom());
    }
}
