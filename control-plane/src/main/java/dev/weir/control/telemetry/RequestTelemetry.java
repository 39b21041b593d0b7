package dev.weir.control.telemetry;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Usage;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import reactor.core.publisher.SignalType;

/**
 * Counts requests, what they took and what they cost, and times their way. A model that nobody serves is counted under one name, whatever the
 * caller called it; so are models and tenants beyond their limits.
 */
public final class RequestTelemetry {
    private static final String UNKNOWN = "unknown";
    private static final double NANOS_PER_UNIT = 1e9;

    private final MeterRegistry meters;
    private final Clock clock;
    private final Predicate<String> servesModel;
    private final Traces traces;
    private final LabelValues models;
    private final LabelValues tenants;
    private final Map<TimeLabels, Times> times = new ConcurrentHashMap<>();
    private final Map<SumLabels, Sums> sums = new ConcurrentHashMap<>();
    private final Map<EndLabels, Ends> ends = new ConcurrentHashMap<>();

    /** Model names become label values only where {@code servesModel} says that there is such a model. */
    public RequestTelemetry(
            MeterRegistry meters, Clock clock, TelemetryConfig config, Traces traces, Predicate<String> servesModel) {
        this.meters = meters;
        this.clock = clock;
        this.servesModel = servesModel;
        this.traces = traces;
        this.models = new LabelValues(config.modelsMax());
        this.tenants = new LabelValues(config.tenantsMax());
    }

    /** A request has entered. */
    public Passage enter() {
        return new Passage();
    }

    /** One request's way through the stations. Its marks are set by one request's chain, one after the other. */
    public final class Passage {
        private final long enteredAtNanos = clock.monotonicTime();
        private final RequestSpans spans = new RequestSpans(
                traces, TimeUnit.MILLISECONDS.toNanos(clock.wallTime()) - enteredAtNanos, clock::monotonicTime);
        private String model = UNKNOWN;
        private String tenant = UNKNOWN;
        private String stream = "false";
        private long readAtNanos = enteredAtNanos;
        private long sentAtNanos;
        private boolean sent;
        private boolean firstByteSeen;
        private boolean brokenOff;

        private Passage() {}

        /** The whole request has been read; from here on time is ours. */
        public void read(CompletionRequest request) {
            readAtNanos = clock.monotonicTime();
            model = servesModel.test(request.model()) ? models.of(request.model()) : UNKNOWN;
            tenant = tenants.of(request.share().tenant());
            stream = Boolean.toString(request.stream());
            spans.read(request, enteredAtNanos);
        }

        /** The request goes to an engine; from here on time is the engine's. Returns what it is sent. */
        public CompletionRequest sent(CompletionRequest request) {
            sentAtNanos = clock.monotonicTime();
            if (!sent) { // once: a better model may be asked behind the first, whose time is not ours
                sent = true;
                times().overhead().record(sentAtNanos - readAtNanos, TimeUnit.NANOSECONDS);
            }
            return spans.sent(request);
        }

        /** An engine answers, which was chosen for a reason. */
        public void answeredBy(String engine, String route) {
            spans.answeredBy(engine, route);
        }

        /** A piece of the answer has come; only the first is timed. */
        public void pieceCame() {
            if (sent && !firstByteSeen) {
                firstByteSeen = true;
                long afterNanos = clock.monotonicTime() - sentAtNanos;
                spans.firstPiece(afterNanos);
                times().firstByte().record(afterNanos, TimeUnit.NANOSECONDS);
            }
        }

        /** The engine's answer is over, and the engine says what its time went into. */
        public void engineTook(EngineTimes times) {
            spans.engineTook(times);
        }

        /** The answer had begun and could not be finished. */
        public void brokeOff() {
            brokenOff = true;
        }

        /** Whether the answer had begun and could not be finished. */
        public boolean hasBrokenOff() {
            return brokenOff;
        }

        /** What the request took, known when it is over. */
        public void took(Usage usage, long costNanos) {
            spans.took(usage);
            Sums to = sums.computeIfAbsent(new SumLabels(model, tenant), RequestTelemetry.this::sums);
            to.inputTokens().increment((double) usage.inputTokens());
            to.cachedTokens().increment((double) usage.cachedTokens());
            to.outputTokens().increment((double) usage.outputTokens());
            to.cost().increment(costNanos / NANOS_PER_UNIT);
        }

        private Times times() {
            return times.computeIfAbsent(new TimeLabels(model, stream), RequestTelemetry.this::times);
        }

        /** The request is over. */
        public void left(SignalType signal, @Nullable HttpStatusCode status) {
            String outcome = outcome(signal, status);
            spans.left(outcome);
            Ends to = ends.computeIfAbsent(new EndLabels(model, tenant, stream, outcome), RequestTelemetry.this::ends);
            to.requests().increment();
            to.ofTenant().increment();
            times().latency().record(clock.monotonicTime() - enteredAtNanos, TimeUnit.NANOSECONDS);
        }

        private String outcome(SignalType signal, @Nullable HttpStatusCode status) {
            if (signal == SignalType.CANCEL) {
                return "cancelled";
            }
            return brokenOff || signal == SignalType.ON_ERROR || status == null
                    ? "broken"
                    : Integer.toString(status.value());
        }
    }

    // Meters are looked up by their labels once, because the registry's own look-up builds an id each time.

    private record TimeLabels(String model, String stream) {}

    private record Times(Timer overhead, Timer firstByte, Timer latency) {}

    private record SumLabels(String model, String tenant) {}

    private record Sums(Counter inputTokens, Counter cachedTokens, Counter outputTokens, Counter cost) {}

    private record EndLabels(String model, String tenant, String stream, String outcome) {}

    private record Ends(Counter requests, Counter ofTenant) {}

    private Times times(TimeLabels of) {
        return new Times(
                timer(
                        of,
                        "weir.overhead",
                        "Time that Weir held a request between reading it and handing it to an engine"),
                timer(
                        of,
                        "weir.upstream.first.byte",
                        "Time from handing a request to an engine to the first byte of its answer"),
                timer(of, "llm.request.latency", "Time from a request's arrival to the end of its answer"));
    }

    private Timer timer(TimeLabels of, String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tags("model", of.model(), "stream", of.stream())
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private Sums sums(SumLabels of) {
        return new Sums(
                sum(of, "llm.input.tokens", "Tokens of requests"),
                sum(of, "llm.cached.input.tokens", "Tokens of requests that were found computed"),
                sum(of, "llm.output.tokens", "Tokens of answers"),
                sum(of, "llm.estimated.cost.dollars", "What requests cost by the price list, in its currency"));
    }

    private Counter sum(SumLabels of, String name, String description) {
        return Counter.builder(name)
                .description(description)
                .tags("model", of.model(), "tenant", of.tenant())
                .register(meters);
    }

    private Ends ends(EndLabels of) {
        return new Ends(
                Counter.builder("weir.requests")
                        .description(
                                "Requests by the status that the client saw; 'cancelled' where it left, 'broken' where the answer was cut off")
                        .tags("model", of.model(), "status", of.outcome(), "stream", of.stream())
                        .register(meters),
                Counter.builder("llm.requests")
                        .description("Requests by tenant and outcome, which is as in weir_requests_total")
                        .tags("model", of.model(), "tenant", of.tenant(), "status", of.outcome())
                        .register(meters));
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
