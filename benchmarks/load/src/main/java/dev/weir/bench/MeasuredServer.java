package dev.weir.bench;

import dev.weir.bench.load.LiveTimeline;
import dev.weir.bench.load.Load;
import dev.weir.bench.load.LoadRun;
import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.Recorder;
import dev.weir.bench.measure.RunResult;
import dev.weir.bench.server.HttpCompletionClient;
import dev.weir.bench.server.ServerApi;
import dev.weir.bench.server.Target;
import dev.weir.bench.server.UnreachableException;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.TokenCounter;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** A running server, ready to be asked: it answered, and serves the model. */
final class MeasuredServer implements AutoCloseable {
    private static final Load WARM_UP = new Load.Closed(4);

    private final LiveTimeline timeline = new LiveTimeline();
    private final Target target;
    private final String model;
    private final ServerApi api;
    private final TokenCounter counter;
    private final HttpCompletionClient client;
    private final PrintWriter terminal;

    private MeasuredServer(Target target, String model, ServerApi api, RequestOptions options, PrintWriter terminal) {
        this.target = target;
        this.model = model;
        this.api = api;
        this.terminal = terminal;
        this.counter = api.tokenCounter(model);
        this.client = new HttpCompletionClient(target, options.callOptions(model), timeline);
    }

    /**
     * Asks a server what it serves.
     *
     * @param modelName may be empty where it serves only one
     * @param terminal where progress is shown
     * @throws UnreachableException where it does not answer, or does not serve that
     */
    static MeasuredServer open(String url, String modelName, RequestOptions options, PrintWriter terminal) {
        Target target = Target.of(url, options.apiKey());
        ServerApi api = new ServerApi(target);
        try {
            return new MeasuredServer(target, api.model(modelName), api, options, terminal);
        } catch (UnreachableException e) {
            api.close();
            throw e;
        }
    }

    String url() {
        return target.toString();
    }

    String model() {
        return model;
    }

    /** The server's tokenizer, or an approximation. */
    TokenCounter counter() {
        return counter;
    }

    /** Asks what is not measured. */
    void warmUp(List<Session> sessions) {
        if (!sessions.isEmpty()) {
            run(WARM_UP, sessions, 0, Goodput.NONE, "warming up");
        }
    }

    /**
     * Asks everything and waits for it.
     *
     * @param seed of the arrivals
     * @param what is said beside the progress
     */
    RunResult run(Load load, List<Session> sessions, long seed, Goodput goodput, String what) {
        int requests =
                sessions.stream().mapToInt(session -> session.turns().size()).sum();
        Recorder recorder = new Recorder();
        Progress progress = new Progress(terminal, Progress.onTerminal(), what, requests, timeline::nanos);
        LoadRun run = new LoadRun(timeline, client, load, sessions, seed, recorder.andThen(progress));
        try {
            LoadRun.Span span = run.start().get();
            progress.end();
            return recorder.result(load, seed, span, goodput);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while measuring");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the harness itself failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        client.close();
        api.close();
        timeline.close();
    }
}
