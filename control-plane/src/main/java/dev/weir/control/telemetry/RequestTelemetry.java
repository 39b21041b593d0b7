package dev.weir.control.telemetry;

import dev.weir.control.completion.CompletionRequest;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import reactor.core.publisher.SignalType;

/** Counts requests and times their way. A model that nobody serves is counted under one name, whatever the caller called it. */
public final class RequestTelemetry {
    private static final String UNKNOWN_MODEL = "unknown";

    private final MeterRegistry meters;
    private final Clock clock;
    private final Predicate<String> servesModel;

    /** Model names become label values only where {@code servesModel} says that there is such a model. */
    public RequestTelemetry(MeterRegistry meters, Clock clock, Predicate<String> servesModel) {
        this.meters = meters;
        this.clock = clock;
        this.servesModel = servesModel;
    }

    /** A request has entered. */
    public Passage enter() {
        return new Passage();
    }

    /** One request's way through the stations. Its marks are set by one request's chain, one after the other. */
    public final class Passage {
        private String model = UNKNOWN_MODEL;
        private String stream = "false";
        private long readAtNanos = clock.monotonicTime();
        private long sentAtNanos;
        private boolean sent;
        private boolean firstByteSeen;
        private boolean brokenOff;

        private Passage() {}

        /** The whole request has been read; from here on time is ours. */
        public void read(CompletionRequest request) {
            readAtNanos = clock.monotonicTime();
            model = servesModel.test(request.model()) ? request.model() : UNKNOWN_MODEL;
            stream = Boolean.toString(request.stream());
        }

        /** The request goes to an engine; from here on time is the engine's. */
        public void sent() {
            sentAtNanos = clock.monotonicTime();
            sent = true;
            timer("weir.overhead", "Time that Weir held a request between reading it and handing it to an engine")
                    .record(sentAtNanos - readAtNanos, TimeUnit.NANOSECONDS);
        }

        /** A piece of the answer has come; only the first is timed. */
        public void pieceCame() {
            if (sent && !firstByteSeen) {
                firstByteSeen = true;
                timer(
                                "weir.upstream.first.byte",
                                "Time from handing a request to an engine to the first byte of its answer")
                        .record(clock.monotonicTime() - sentAtNanos, TimeUnit.NANOSECONDS);
            }
        }

        /** The answer had begun and could not be finished. */
        public void brokeOff() {
            brokenOff = true;
        }

        /** Whether the answer had begun and could not be finished. */
        public boolean hasBrokenOff() {
            return brokenOff;
        }

        /** The request is over. */
        public void left(SignalType signal, @Nullable HttpStatusCode status) {
            Counter.builder("weir.requests")
                    .description(
                            "Requests by the status that the client saw; 'cancelled' where it left, 'broken' where the answer was cut off")
                    .tags("model", model, "status", outcome(signal, status), "stream", stream)
                    .register(meters)
                    .increment();
        }

        private String outcome(SignalType signal, @Nullable HttpStatusCode status) {
            if (signal == SignalType.CANCEL) {
                return "cancelled";
            }
            return brokenOff || signal == SignalType.ON_ERROR || status == null
                    ? "broken"
                    : Integer.toString(status.value());
        }

        private Timer timer(String name, String description) {
            return Timer.builder(name)
                    .description(description)
                    .tags("model", model, "stream", stream)
                    .serviceLevelObjectives(BUCKETS)
                    .register(meters);
        }
    }

    private static final Duration[] BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60)
    };
}
