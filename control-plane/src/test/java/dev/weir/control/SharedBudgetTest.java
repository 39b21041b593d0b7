package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.quota.LimitBook;
import dev.weir.control.quota.Quota;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One budget and one limit of concurrency, two control planes, two hundred clients, some of whom leave or wait in vain. */
class SharedBudgetTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"max_tokens\":10,\"messages\":[]}";
    private static final String STREAM = ASK.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final int CLIENTS = 200;
    private static final int SLOTS = 20;
    private static final BigDecimal BUDGET = new BigDecimal("4");

    /** Of one request: 22 tokens of input, which are half of its bytes, and 10 of output, at a thousandth each; a stream's a little more. */
    private static final BigDecimal RESERVED_MAX = new BigDecimal("0.045");

    private static final Pattern LEFT = Pattern.compile("are left (-?\\d+)");

    private final AtomicInteger asked = new AtomicInteger();

    @TempDir
    private Path directory;

    @Test
    void isNeverOvershotAndNothingLeaksThroughTwoReplicas() throws Exception {
        StorageConfig storage = TestDatabases.postgres();
        Path file = Files.writeString(directory.resolve("weir.yaml"), "prices: {m: {input: 1000, output: 1000}}\n");
        String[] settings = {
            "--weir.configuration.file=" + file,
            "--weir.storage.url=" + storage.url(),
            "--weir.storage.user=" + storage.user(),
            "--weir.storage.redis=" + TestDatabases.redis().value(),
            "--weir.storage.redis-answer-max=30s",
            "--weir.upstream.first-byte-max=3s",
            "--weir.fleet.breaker.failures-in-a-row=100000"
        };
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane one = new RunningControlPlane(List.of(engine), settings);
                RunningControlPlane other = new RunningControlPlane(List.of(engine), settings)) {
            engine.answers(this::answer);
            String budget = limit(one, "COST", "DAY", BUDGET);
            limit(one, "CONCURRENCY", "AT_ONCE", BigDecimal.valueOf(SLOTS));
            // Its own look may be a quarter of a second away, and until then it lets in everybody.
            // To wait until it lists the limits is no help: that list is the database's.
            other.part(LimitBook.class).refresh();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> spending = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    RunningControlPlane weir = client % 2 == 0 ? one : other;
                    boolean leaves = client % 10 == 0;
                    spending.add(clients.submit(() -> {
                        spend(weir, leaves);
                        return null;
                    }));
                }
                for (Future<?> client : spending) {
                    client.get();
                }
            }
            await().until(() -> one.part(Quota.class).heldCount() == 0
                    && other.part(Quota.class).heldCount() == 0);
            await().untilAsserted(() -> assertThat(spent(one))
                    .as("the ledger has what the counter has")
                    .isEqualByComparingTo(counted(other)));
            assertThat(spent(one))
                    .as("of which all but what the last requests might have taken could be spent")
                    .isBetween(BUDGET.subtract(RESERVED_MAX.multiply(BigDecimal.valueOf(SLOTS + 1))), BUDGET);
            one.patch("/admin/limits/" + budget, "{\"max\":1000}");
            other.part(LimitBook.class).refresh();
            assertAllSlotsAreFree(one, other);
        }
    }

    /** As many streams as there are slots begin, on both together, and not one more. */
    private void assertAllSlotsAreFree(RunningControlPlane one, RunningControlPlane other) throws Exception {
        asked.set(0); // none of these is kept waiting
        List<Socket> streams = new ArrayList<>();
        try {
            for (int slot = 0; slot < SLOTS; slot++) {
                Socket socket = (slot % 2 == 0 ? one : other).connect();
                streams.add(socket);
                send(socket, CHAT, "", STREAM);
                assertThat(readUntil(socket, text -> text.contains("data: 1\n\n") || text.contains("}}")))
                        .as("slot %s", slot)
                        .contains("200 OK");
            }
            HttpResponse<String> more = other.post(CHAT, ASK);
            assertThat(more.statusCode()).as(more.body()).isEqualTo(429);
        } finally {
            for (Socket socket : streams) {
                socket.close();
            }
        }
    }

    /** Asks until the budget is spent; who leaves does so in the middle of a stream. */
    private static void spend(RunningControlPlane weir, boolean leaves) throws Exception {
        while (true) {
            if (leaves) {
                try (Socket socket = weir.connect()) {
                    send(socket, CHAT, "", STREAM);
                    String head = readUntil(socket, text -> text.contains("data: 1\n\n") || text.contains("}}"));
                    if (head.contains("insufficient_quota")) {
                        return;
                    }
                }
                continue;
            }
            HttpResponse<String> answer = weir.post(CHAT, ASK);
            switch (answer.statusCode()) {
                case 200, 504 -> {}
                case 429 -> {
                    if (answer.body().contains("insufficient_quota")) {
                        return;
                    }
                }
                default -> throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
        }
    }

    /** Of forty requests one waits in vain. */
    private void answer(ScriptedEngine.Exchange exchange) throws IOException {
        boolean stream = exchange.request().body().contains("\"stream\"");
        boolean silent = asked.incrementAndGet() % 40 == 0;
        if (silent || stream) {
            if (!silent) {
                exchange.beginEvents();
                exchange.chunk("data: 1\n\n");
            }
            exchange.awaitGone(new CountDownLatch(1));
            return;
        }
        int written = ThreadLocalRandom.current().nextInt(1, 11);
        exchange.json(200, "{\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":" + written + "}}");
    }

    private static String limit(RunningControlPlane weir, String metric, String period, BigDecimal max)
            throws Exception {
        HttpResponse<String> made = weir.post(
                "/admin/limits",
                "{\"tenant\":\"default\",\"metric\":\"" + metric + "\",\"period\":\"" + period + "\",\"max\":" + max
                        + "}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(made.body()).path("id").asString();
    }

    /** What the counter has of the budget, as it tells whoever asks for more than is left. */
    private static BigDecimal counted(RunningControlPlane weir) throws Exception {
        String refusal = weir.post(CHAT, ASK.replace("\"max_tokens\":10", "\"max_tokens\":3000"))
                .body();
        Matcher left = LEFT.matcher(refusal);
        assertThat(left.find()).as(refusal).isTrue();
        return BUDGET.subtract(new BigDecimal(left.group(1)).movePointLeft(9));
    }

    private static BigDecimal spent(RunningControlPlane weir) throws Exception {
        JsonNode sum = JsonMapper.shared()
                .readTree(weir.get("/admin/costs?by=tenant").body())
                .at("/rows/0/cost");
        return sum.asDecimal(BigDecimal.ZERO);
    }
}
