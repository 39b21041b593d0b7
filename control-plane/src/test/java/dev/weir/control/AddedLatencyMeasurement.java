package dev.weir.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the control plane adds to an answer, measured against the engine itself: rounds of streams that go directly and rounds that go
 * through it take turns, so that whatever else the machine does meets both. Not part of the tests; docs/control-plane.md has the command.
 */
@Timeout(600)
class AddedLatencyMeasurement {
    private static final int EVENTS = 40;
    private static final Pattern MAX_TOKENS = Pattern.compile("\"max_tokens\":(\\d+)");
    private static final long EVENT_EVERY_NANOS = 2_000_000;
    /** Of requests for one token: a JVM has translated what it does a thousand times. */
    private static final int WARM_UP_REQUESTS = 10_000;

    private static final int REQUESTS = 200;
    private static final int[] STREAMS_AT_A_TIME = {1, 32};

    /** One way to ask. */
    record Way(String name, URI url, List<Long> firstNanos, List<Long> eventNanos) {
        Way(String name, URI url) {
            this(name, url, new ArrayList<>(), new ArrayList<>());
        }

        synchronized void add(long first, List<Long> events) {
            firstNanos.add(first);
            eventNanos.addAll(events);
        }

        void forget() {
            firstNanos.clear();
            eventNanos.clear();
        }
    }

    /** Its events carry the time at which they were sent, so that each one's way is measured by itself. */
    @Test
    void scriptedEngine() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            engine.answers(AddedLatencyMeasurement::sendTimes);
            measure(new Way("direct", engine.url()), new Way("through", weir.uri("/")), "m", "to an event");
        }
    }

    /** {@code ./weir serve} in another process: its engine's events carry no times, so the pauses between them are compared. */
    @Test
    void runningEngine() throws Exception {
        String direct = System.getProperty("weir.measure.direct");
        String through = System.getProperty("weir.measure.through");
        assumeTrue(direct != null && through != null, "needs -Dweir.measure.direct=URL -Dweir.measure.through=URL");
        measure(
                new Way("direct", URI.create(String.valueOf(direct))),
                new Way("through", URI.create(String.valueOf(through))),
                System.getProperty("weir.measure.model", "weir-demo-fast"),
                "between events");
    }

    private static void sendTimes(ScriptedEngine.Exchange exchange) throws IOException {
        exchange.beginEvents();
        long next = System.nanoTime();
        Matcher tokens = MAX_TOKENS.matcher(exchange.request().body());
        int events = tokens.find() ? Integer.parseInt(tokens.group(1)) : 0;
        for (int i = 0; i < events; i++) {
            exchange.chunk("data: " + System.nanoTime() + "\n\n");
            next += EVENT_EVERY_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        exchange.chunk("data: [DONE]\n\n");
        exchange.end();
    }

    private static void measure(Way direct, Way through, String model, String what) throws Exception {
        for (int streams : STREAMS_AT_A_TIME) {
            List<Way> ways = List.of(direct, through);
            rounds(ways, streams, Math.ceilDiv(WARM_UP_REQUESTS, streams), body(model, 1));
            ways.forEach(Way::forget);
            rounds(ways, streams, Math.ceilDiv(REQUESTS, streams), body(model, EVENTS));
            System.out.printf(Locale.ROOT, "%n%d at a time, microseconds  |   p50 |   p90 |   p99 | count%n", streams);
            for (Way way : ways) {
                print(way.name() + ", to the first event", way.firstNanos());
                print(way.name() + ", " + what, way.eventNanos());
            }
        }
    }

    private static String body(String model, int tokens) {
        return "{\"model\":\"" + model + "\",\"stream\":true,\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":"
                + tokens + ",\"messages\":[{\"role\":\"user\",\"content\":\"When does the first ferry leave?\"}]}";
    }

    private static void rounds(List<Way> ways, int streams, int rounds, String body) throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(streams)) {
            for (int round = 0; round < rounds; round++) {
                for (Way way : ways) {
                    List<? extends Future<?>> asked = IntStream.range(0, streams)
                            .mapToObj(_ -> clients.submit(() -> ask(way, body)))
                            .toList();
                    for (Future<?> one : asked) {
                        one.get();
                    }
                }
            }
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause());
        }
    }

    private static void ask(Way way, String body) {
        try (Socket socket = new Socket(way.url().getHost(), way.url().getPort());
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
            socket.setTcpNoDelay(true);
            long sentAt = System.nanoTime();
            RunningControlPlane.send(socket, "/v1/chat/completions", "", body);
            List<Long> events = new ArrayList<>();
            long first = 0;
            long last = 0;
            for (String line = in.readLine(); !"data: [DONE]".equals(line); line = in.readLine()) {
                if (line == null) {
                    throw new IOException("the answer broke off");
                }
                if (line.startsWith("data: ")) {
                    long now = System.nanoTime();
                    String data = line.substring("data: ".length());
                    if (first == 0) {
                        first = now - sentAt;
                    } else {
                        boolean time = !data.startsWith("{");
                        events.add(now - (time ? Long.parseLong(data) : last));
                    }
                    last = now;
                }
            }
            way.add(first, events);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void print(String name, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%-27s | %5.0f | %5.0f | %5.0f | %d%n",
                name,
                percentile(sorted, 50),
                percentile(sorted, 90),
                percentile(sorted, 99),
                sorted.length);
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000.0;
    }
}
