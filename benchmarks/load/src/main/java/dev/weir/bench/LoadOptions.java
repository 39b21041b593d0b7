package dev.weir.bench;

import dev.weir.bench.load.Load;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How requests come, as options say it: several rates or concurrencies make several runs. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class LoadOptions {
    private static final int RUNS_MAX = 32;

    @Option(
            names = "--rate",
            split = ",",
            paramLabel = "R",
            description = "Open loop: sessions begin at R a second whatever the server does. Several, as 1,2,4, make"
                    + " several runs.")
    private @Nullable List<Double> rates;

    @Option(
            names = "--concurrency",
            split = ",",
            paramLabel = "N",
            description = "Closed loop: N users, each of whom asks again when answered. Several make several runs.")
    private @Nullable List<Integer> concurrencies;

    @Option(
            names = "--arrivals",
            paramLabel = "KIND",
            description = "With --rate: ${COMPLETION-CANDIDATES} (default: poisson).")
    private Load.@Nullable Arrivals arrivals;

    List<Load> loads() {
        if ((rates == null) == (concurrencies == null)) {
            throw new IllegalArgumentException("say either --rate (open loop) or --concurrency (closed loop)");
        }
        if (rates == null && arrivals != null) {
            throw new IllegalArgumentException("--arrivals belongs to --rate: a closed loop has no arrivals");
        }
        List<Load> loads = rates != null
                ? rates.stream().<Load>map(this::open).toList()
                : java.util.Objects.requireNonNull(concurrencies).stream()
                        .<Load>map(Load.Closed::new)
                        .toList();
        if (loads.size() > RUNS_MAX) {
            throw new IllegalArgumentException("at most " + RUNS_MAX + " runs in one command, not " + loads.size());
        }
        return loads;
    }

    private Load open(double rate) {
        return new Load.Open(rate, arrivals == null ? Load.Arrivals.POISSON : arrivals);
    }
}
