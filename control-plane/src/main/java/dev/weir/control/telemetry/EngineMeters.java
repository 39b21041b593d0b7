package dev.weir.control.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What is known of engines, as gauges; those of an engine that left leave with it. */
public final class EngineMeters {

    /**
     * An engine as it is now.
     *
     * @param breaker {@code closed}, {@code half_open} or {@code open}
     * @param gpuFreeBytes of the memory of its device
     * @param gpuTotalBytes of the same; 0: it has none
     */
    public record Reading(
            String engine,
            boolean ready,
            String breaker,
            int requestsUnderWay,
            double gpuFreeBytes,
            double gpuTotalBytes) {
        private static final List<String> STATES = List.of("closed", "half_open", "open");

        /** Of an engine without a device. */
        public Reading(String engine, boolean ready, String breaker, int requestsUnderWay) {
            this(engine, ready, breaker, requestsUnderWay, 0, 0);
        }

        private int breakerState() {
            return STATES.indexOf(breaker);
        }
    }

    private final MeterRegistry meters;
    private final Supplier<List<Reading>> engines;
    private final int enginesMax;
    private final Map<String, List<Meter>> shown = new HashMap<>();
    private final Map<String, List<Meter>> gpusShown = new HashMap<>();
    private volatile Map<String, Reading> readings = Map.of();

    public EngineMeters(MeterRegistry meters, TelemetryConfig config, Supplier<List<Reading>> engines) {
        this.meters = meters;
        this.engines = engines;
        this.enginesMax = config.enginesMax();
    }

    /** Looks at the engines once more. An engine that stays keeps its gauges: one that is made anew could be met twice by a scrape. */
    public synchronized void refresh() {
        Map<String, Reading> now = new LinkedHashMap<>();
        for (Reading reading : engines.get()) {
            if (now.size() < enginesMax) {
                now.put(reading.engine(), reading);
            }
        }
        readings = Map.copyOf(now);
        now.keySet().forEach(engine -> shown.computeIfAbsent(engine, this::show));
        now.values().stream()
                .filter(reading -> reading.gpuTotalBytes() > 0)
                .forEach(reading -> gpusShown.computeIfAbsent(reading.engine(), this::showGpu));
        removeAbsent(shown, now);
        removeAbsent(gpusShown, now);
    }

    private void removeAbsent(Map<String, List<Meter>> gauges, Map<String, Reading> now) {
        gauges.entrySet().removeIf(entry -> {
            boolean left = !now.containsKey(entry.getKey());
            if (left) {
                entry.getValue().forEach(meters::remove);
            }
            return left;
        });
    }

    private List<Meter> showGpu(String engine) {
        return List.of(
                gauge(
                        engine,
                        "weir.gpu.memory.free.bytes",
                        "Free memory of the device that an engine's models are on",
                        Reading::gpuFreeBytes),
                gauge(
                        engine,
                        "weir.gpu.memory.total.bytes",
                        "All memory of the device that an engine's models are on",
                        Reading::gpuTotalBytes));
    }

    private List<Meter> show(String engine) {
        return List.of(
                gauge(
                        engine,
                        "llm.circuit.breaker.state",
                        "Whether an engine is sent requests: 0 closed, 1 half open, 2 open",
                        Reading::breakerState),
                gauge(
                        engine,
                        "weir.engine.ready",
                        "Whether an engine can be sent requests",
                        reading -> reading.ready() ? 1 : 0),
                gauge(
                        engine,
                        "weir.engine.requests.under.way",
                        "Requests that are at an engine now",
                        Reading::requestsUnderWay));
    }

    private Meter gauge(String engine, String name, String description, ToDoubleFunction<Reading> value) {
        return Gauge.builder(name, () -> {
                    Reading reading = readings.get(engine);
                    return reading == null ? Double.NaN : value.applyAsDouble(reading);
                })
                .description(description)
                .tags("engine", engine)
                .register(meters);
    }
}
