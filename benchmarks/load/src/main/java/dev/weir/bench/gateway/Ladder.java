package dev.weir.bench.gateway;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The same control plane with one station after the other switched on, each on top of those before it. */
final class Ladder {
    /** Each request asks something else, so there are soon as many as there may be, and each is compared with all of them. */
    private static final int QUESTIONS_KEPT = 1_000;

    private static final String CACHE = """
            cache:
              - exact: {ttl: 1h}
                semantic: {error-max: 0.01}
            """;

    /** The models that the head which ships was trained for, so that it is the one that classifies. */
    private static final String TIERS = """
            tiers: {fast: weir-demo-fast, mid: weir-demo-mid, power: weir-demo-power}
            """;

    private Ladder() {}

    /**
     * The rungs above the first.
     *
     * @param folder for their configurations
     * @param collector where traces go
     */
    static List<Variant> above(Variant first, Path folder, URI collector) throws IOException {
        String kept = "cache: {semantic-entries-max: " + QUESTIONS_KEPT + "}";
        String traces = "telemetry: {traces: {endpoint: '" + collector + "'}}";
        List<Variant> rungs = new ArrayList<>();
        rungs.add(rung(first, "+ cache", folder.resolve("cache.yaml"), CACHE + "weir: {" + kept + "}\n"));
        rungs.add(rung(
                        first,
                        "+ classification",
                        folder.resolve("classification.yaml"),
                        CACHE + TIERS + "weir: {" + kept + "}\n")
                .asking("weir-auto"));
        rungs.add(rung(
                        first,
                        "+ traces",
                        folder.resolve("traces.yaml"),
                        CACHE + TIERS + "weir: {" + kept + ", " + traces + "}\n")
                .asking("weir-auto"));
        return rungs;
    }

    private static Variant rung(Variant first, String name, Path file, String configuration) throws IOException {
        return first.but(name, List.of("--config=" + Files.writeString(file, configuration)));
    }
}
