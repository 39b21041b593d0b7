package dev.weir.control;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Callers of all kinds, each of whom asks again when it is answered: whole answers, streams, streams that are left, mistakes. */
final class MixedLoad {
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 50_000_000;
    private static final int FAILURES_KEPT_MAX = 20;

    /** What is asked, how it should be answered, and how often of a hundred. */
    private enum Kind {
        WHOLE(200, 40),
        STREAM(200, 20),
        LEFT(200, 15),
        RESPONSE(200, 5),
        MESSAGE(200, 5),
        EMBEDDING(200, 5),
        UNKNOWN_MODEL(404, 5),
        NO_JSON(400, 5);

        private final int status;
        private final int share;

        Kind(int status, int share) {
            this.status = status;
            this.share = share;
        }

        private static Kind drawn(SplittableRandom random) {
            int at = random.nextInt(100);
            for (Kind kind : values()) {
                at -= kind.share;
                if (at < 0) {
                    return kind;
                }
            }
            throw new AssertionError("the shares add up to 100");
        }
    }

    private final HttpClient http = client();
    private final URI weir;
    private final String key;
    private final String model;
    private final Map<Kind, LongAdder> counts = new ConcurrentSkipListMap<>();
    private final Queue<String> failures = new ArrayBlockingQueue<>(FAILURES_KEPT_MAX);
    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean over;

    MixedLoad(URI weir, String key, String model, int workerCount) {
        this.weir = weir;
        this.key = key;
        this.model = model;
        for (int worker = 0; worker < workerCount; worker++) {
            SplittableRandom random = new SplittableRandom(worker);
            workers.add(Thread.ofVirtual().start(() -> work(random)));
        }
    }

    private void work(SplittableRandom random) {
        while (!over) {
            Kind kind = Kind.drawn(random);
            try {
                ask(kind, "word ".repeat(1 + random.nextInt(40)) + random.nextInt());
                counts.computeIfAbsent(kind, _ -> new LongAdder()).increment();
            } catch (IOException | RuntimeException failure) {
                boolean _ = failures.offer(kind + ": " + failure);
            } catch (InterruptedException _) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void ask(Kind kind, String prompt) throws IOException, InterruptedException {
        if (kind == Kind.LEFT) {
            askAndLeave(prompt);
            return;
        }
        HttpResponse<String> answer = http.send(request(kind, prompt), BodyHandlers.ofString());
        boolean whole = kind != Kind.STREAM || answer.body().endsWith("data: [DONE]\n\n");
        if (answer.statusCode() != kind.status || !whole) {
            throw new IOException(
                    answer.statusCode() + " " + answer.body().lines().toList().getLast());
        }
    }

    /**
     * Goes away in the middle of an answer, with a client of its own: one that is shared now and then takes the connection of somebody who
     * has left for the next question, and finds it closed. It does so with servers that close nothing, too.
     */
    private void askAndLeave(String prompt) throws IOException, InterruptedException {
        HttpClient own = client();
        try (InputStream body = own.send(request(Kind.LEFT, prompt), BodyHandlers.ofInputStream())
                .body()) {
            int _ = body.read();
        } finally {
            own.shutdownNow();
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private HttpRequest request(Kind kind, String prompt) {
        String messages = "\"max_tokens\":24,\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
        return switch (kind) {
            case WHOLE -> post("v1/chat/completions", "{\"model\":\"" + model + "\"," + messages);
            case STREAM, LEFT ->
                post("v1/chat/completions", "{\"model\":\"" + model + "\",\"stream\":true," + messages);
            case RESPONSE ->
                post(
                        "v1/responses",
                        "{\"model\":\"" + model + "\",\"max_output_tokens\":24,\"input\":\"" + prompt + "\"}");
            case MESSAGE -> post("v1/messages", "{\"model\":\"" + model + "\"," + messages);
            case EMBEDDING -> post("v1/embeddings", "{\"model\":\"" + model + "\",\"input\":\"" + prompt + "\"}");
            case UNKNOWN_MODEL -> post("v1/chat/completions", "{\"model\":\"nobody-has-it\"," + messages);
            case NO_JSON -> post("v1/chat/completions", "{\"model\":" + prompt);
        };
    }

    private HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(weir.resolve(path))
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** What was answered otherwise than it should have been. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    String summary() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum() + " other requests " + new TreeMap<>(counts)
                + ", " + failures.size() + " failed";
    }

    /** Nobody asks any more, and who is being answered has been. */
    void end() throws InterruptedException {
        over = true;
        for (Thread worker : workers) {
            worker.join();
        }
    }
}
