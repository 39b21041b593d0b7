package dev.weir.control;

import dev.weir.control.DemoVersions.Task;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** Users who ask, one conversation each time, until they are closed; a judge that knows the right answers tells what it thinks of every one. */
final class AskingUsers implements AutoCloseable {
    private static final int TOKENS_MAX = 96;
    /** Whoever gets no answer asks again a moment later. */
    private static final Duration PATIENCE = Duration.ofMillis(20);

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Supplier<RolloutProcesses> asked;
    private final String model;
    private final List<Task> tasks;
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger good = new AtomicInteger();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger unanswered = new AtomicInteger();
    private final List<Long> millis = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> users = new ArrayList<>();
    private final long beganNanos = System.nanoTime();
    private volatile boolean going = true;

    /**
     * Users that have begun.
     *
     * @param asked each time
     */
    AskingUsers(Supplier<RolloutProcesses> asked, String model, List<Task> tasks, int userCount) {
        this.asked = asked;
        this.model = model;
        this.tasks = tasks;
        for (int i = 0; i < userCount; i++) {
            users.add(Thread.ofVirtual().start(this::work));
        }
    }

    private void work() {
        while (going) {
            int mine = number.getAndIncrement();
            RolloutProcesses weir = asked.get();
            try {
                ask(weir, tasks.get(mine % tasks.size()), model + mine);
            } catch (IOException _) {
                unanswered.incrementAndGet();
                LockSupport.parkNanos(PATIENCE.toNanos());
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void ask(RolloutProcesses weir, Task task, String conversation) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(JSON.createObjectNode()
                .put("model", model)
                .put("temperature", 0)
                .put("max_tokens", TOKENS_MAX)
                .set("messages", task.messages()));
        long askedNanos = System.nanoTime();
        HttpResponse<String> answer = weir.send("/v1/chat/completions", body, Map.of("weir-session", conversation));
        millis.add((System.nanoTime() - askedNanos) / 1_000_000);
        if (answer.statusCode() != 200) {
            failures.add(answer.statusCode() + " " + answer.body());
            return;
        }
        good.incrementAndGet();
        if (answer.headers().firstValue("x-weir-arm").isPresent()) {
            String text = JSON.readTree(answer.body())
                    .path("choices")
                    .path(0)
                    .path("message")
                    .path("content")
                    .asString("");
            boolean wrong = !task.isRight(text);
            String judgements = "{\"judgements\": [{\"requestId\": \"%s\", \"hallucination\": %s, \"lowQuality\": %s}]}"
                    .formatted(answer.headers().firstValue("x-request-id").orElseThrow(), wrong, wrong);
            weir.send("/admin/judgements", judgements, Map.of());
        }
    }

    int goodCount() {
        return good.get();
    }

    /** Answers that were errors. */
    int failedCount() {
        return failures.size();
    }

    /** What they say, each once. */
    Set<String> failures() {
        return Set.copyOf(failures);
    }

    /** Requests that nobody answered, since no controller was there. */
    int unansweredCount() {
        return unanswered.get();
    }

    double answeredPerSecond() {
        return good.get() / ((System.nanoTime() - beganNanos) / 1e9);
    }

    /** Of no answer at all, none. */
    long p95Millis() {
        synchronized (millis) {
            List<Long> sorted = millis.stream().sorted().toList();
            return sorted.isEmpty() ? 0 : sorted.get((int) (0.95 * sorted.size()));
        }
    }

    @Override
    public void close() {
        going = false;
        users.forEach(Thread::interrupt);
    }
}
