package dev.weir.bench.engine;

import dev.weir.engine.ffi.MachinePeak;
import dev.weir.engine.ffi.NativeLibrary;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the machine can do at most, a second.
 *
 * @param rates 0 where the processor has no instruction for it
 */
record MachinePeaks(Map<MachinePeak, Double> rates) {
    /** The best of these: what others do on the machine only ever takes away. */
    private static final int ATTEMPTS = 5;

    private static final Duration ATTEMPT_TIME = Duration.ofMillis(100);

    MachinePeaks {
        rates = Map.copyOf(rates);
    }

    static MachinePeaks measure(NativeLibrary library, int threadCount) {
        Map<MachinePeak, Double> rates = new EnumMap<>(MachinePeak.class);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            for (MachinePeak peak : MachinePeak.values()) {
                rates.merge(peak, library.machinePeak(peak, threadCount, ATTEMPT_TIME), Math::max);
            }
        }
        return new MachinePeaks(rates);
    }

    /** What memory gives at this moment. */
    static double readBytesNow(NativeLibrary library, int threadCount) {
        return library.machinePeak(MachinePeak.READ_BYTES, threadCount, ATTEMPT_TIME);
    }

    double of(MachinePeak peak) {
        return rates.getOrDefault(peak, 0.0);
    }
}
