package dev.weir.control;

import dev.weir.control.rollout.Metric;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Engines with versions of a demo model, each a process of its own: one with the version that is served, one with others, and one for each of the
 * two that become worse while they are rolled out, since that befalls a whole process.
 */
final class VersionEngines implements AutoCloseable {
    static final String OLD = "notes-v1";
    /** As good as the old one. */
    static final String NEW = "notes-v2";

    private final List<EngineProcess> engines = new ArrayList<>();
    private final EngineProcess erring;
    private final SlowRelay relay;
    private final List<String> urls;

    /** In which way a version is worse. */
    enum Harm {
        /** Its weights are damaged: it answers fast, and nonsense. */
        DAMAGED("notes-damaged", Metric.HALLUCINATION, false),
        /** Its answers come later: by twice what nearly all of both versions' took, and half a second. */
        SLOWED("notes-slow", Metric.END_TO_END, true),
        /** Its engine dies. */
        ERRING("notes-erring", Metric.ERROR, true),
        /** It says, far more often than the old one, that answers are supported that are not, and the other way round. */
        INVENTING("notes-inventing", Metric.HALLUCINATION, false);

        private final String model;
        private final Metric seenIn;
        private final boolean begunWell;

        Harm(String model, Metric seenIn, boolean begunWell) {
            this.model = model;
            this.seenIn = seenIn;
            this.begunWell = begunWell;
        }

        String model() {
            return model;
        }

        /** An alias that is only rolled out to this version. */
        String alias() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What it is worse in, whatever else is said of it. */
        Metric seenIn() {
            return seenIn;
        }

        /** Whether it is as good as the old one until it is {@link #befall made worse}. */
        boolean hasBegunWell() {
            return begunWell;
        }
    }

    /**
     * Starts them; none is ready yet.
     *
     * @param directory where damaged weights may lie
     */
    VersionEngines(Path directory) throws IOException {
        String damaged = DemoVersions.damaged(directory).toString();
        String guessing = DemoVersions.MODELS.resolve("weir-demo-mid").toString();
        EngineProcess old = start("--name", OLD);
        EngineProcess others = start(
                "--name",
                NEW,
                "--model",
                damaged,
                "--name",
                Harm.DAMAGED.model,
                "--model",
                guessing,
                "--name",
                Harm.INVENTING.model);
        EngineProcess slowed = start("--name", Harm.SLOWED.model);
        erring = start("--name", Harm.ERRING.model);
        relay = new SlowRelay(URI.create(slowed.url()));
        urls = List.of(old.url(), others.url(), relay.url().toString(), erring.url());
    }

    private EngineProcess start(String... options) throws IOException {
        EngineProcess engine = new EngineProcess(DemoVersions.GOOD, options);
        engines.add(engine);
        return engine;
    }

    /** Where a control plane finds them. */
    List<String> urls() {
        return urls;
    }

    /**
     * Makes the version worse that has begun well; the others are so from the beginning.
     *
     * @param usualP95 of answers until now
     */
    void befall(Harm harm, Duration usualP95) throws InterruptedException {
        switch (harm) {
            // An answer is slow from half again the P95 on, and that may still go up a little.
            case SLOWED -> relay.delay(usualP95.multipliedBy(2).plusMillis(500));
            case ERRING -> erring.kill();
            case DAMAGED, INVENTING -> {}
        }
    }

    @Override
    public void close() throws IOException {
        relay.close();
        engines.forEach(EngineProcess::close);
    }
}
