package dev.weir.engine.usage;

import java.util.stream.DoubleStream;

/** The upper bounds of vLLM's histograms (its {@code v1/metrics/buckets.py}), so that quantiles of both engines compare. */
final class Buckets {

    private Buckets() {}

    static double[] requestLatency() {
        return new double[] {
            0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
        };
    }

    static double[] timeToFirstToken() {
        return new double[] {
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
            2560
        };
    }

    static double[] interTokenLatency() {
        return new double[] {
            0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
        };
    }

    static double[] stepTokens() {
        return new double[] {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};
    }

    /** 1, 2, 5, 10, 20, 50 and so on, up to {@code tokensMax}. */
    static double[] tokenCounts(int tokensMax) {
        return DoubleStream.iterate(1, decade -> decade <= tokensMax, decade -> decade * 10)
                .flatMap(decade -> DoubleStream.of(decade, 2 * decade, 5 * decade))
                .filter(bound -> bound <= tokensMax)
                .toArray();
    }
}
