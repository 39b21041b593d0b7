package dev.weir.engine.http;

import static dev.weir.engine.http.ConcurrentStreamsTest.await;
import static dev.weir.engine.http.ConcurrentStreamsTest.awaitNoBlocksOwned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.NativeLibrary.LiveHandles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to 64 clients and their model, every answer that is given is the one that the same request gets alone, bit for bit;
 * every other request is refused by name; and nothing of any of them stays.
 */
class SurvivalTest {

    private static final String MODEL = TestModels.TINY_LLAMA;
    private static final int CLIENTS = 64;
    private static final int PLANS = 32;

    /** Of 6 KiB each; the clients together want ten times as many. */
    private static final OptionalLong SCARCE_CACHE_BYTES = OptionalLong.of(60 * 6144L);

    private static final Set<String> REFUSALS =
            Set.of("model_unloading", "model_sleeping", "model_loading", "model_not_found");

    private final Random random = new Random(20261121);
    private final List<String> plans = new ArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final TestEngine engine = TestEngine.start(HttpLimits.defaults(), SCARCE_CACHE_BYTES, MODEL);
    private final ApiClient admin = new ApiClient(engine);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void plan() {
        for (int i = 0; i < PLANS; i++) {
            int promptTokens = i % 8 == 0 ? 200 + random.nextInt(200) : 1 + random.nextInt(20);
            plans.add("{\"model\":\"" + MODEL + "\",\"prompt\":"
                    + random.ints(promptTokens, 0, 256).boxed().toList() + ",\"max_tokens\":"
                    + (60 + random.nextInt(60)) + ",\"seed\":" + random.nextLong()
                    + ",\"stream\":true,\"return_token_ids\":true,\"logprobs\":1,\"ignore_eos\":true}");
        }
    }

    @AfterEach
    void nothingStays() {
        clients.close();
        admin.close();
        engine.close();
        assertThat(engine.liveHandles()).isEqualTo(new LiveHandles(0, 0, 0));
    }

    @Test
    void exhaustedPoolAndLeavingClientsAlterNoAnswer() throws Exception {
        List<Future<List<String>>> answers = new ArrayList<>();
        List<Future<?>> leaving = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String plan = plans.get(i % PLANS);
            answers.add(clients.submit(() -> answer(plan)));
            if (i % 2 == 0) {
                leaving.add(leave(plans.get(random.nextInt(PLANS)), random.nextInt(3), random.nextInt(20)));
            }
        }
        for (Future<?> left : leaving) {
            left.get();
        }
        assertAllAsAlone(answers);
        assertThat(admin.text("/metrics").lines())
                .filteredOn(line -> line.startsWith("vllm:num_preemptions_total{"))
                .allSatisfy(line -> assertThat(Double.parseDouble(line.substring(line.indexOf('}') + 1)))
                        .as("sequences that gave up their blocks")
                        .isPositive());
    }

    /** Before it has begun, after {@code most} milliseconds, or after as many lines of its stream. */
    private Future<?> leave(String plan, int how, int most) {
        return clients.submit(() -> {
            try (RawConnection connection = new RawConnection(engine)) {
                connection.post("/v1/completions", plan);
                switch (how) {
                    case 0 -> {}
                    case 1 -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(most));
                    default -> connection.readStreamLines(most);
                }
            }
            return null;
        });
    }

    @Test
    void unloadsReloadsAndSleepInMidStreamLoseNoAnswer() throws Exception {
        List<Future<List<String>>> answers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String plan = plans.get(i % PLANS);
            answers.add(clients.submit(() -> answer(plan)));
        }
        for (String verb : List.of("unload", "load", "sleep", "wake", "unload", "load")) {
            if (!verb.equals("load") && !verb.equals("wake")) {
                await(() -> engine.ownedBlocks() > 0);
            }
            ApiClient.Answer moved = admin.post("/v2/repository/models/" + MODEL + "/" + verb, "");
            assertThat(moved.status()).as(moved.http().body()).isEqualTo(200);
            assertThat(moved.json().path("ended_early").asBoolean(true)).isFalse();
            for (int i = 0; i < CLIENTS / 4; i++) {
                String plan = plans.get(random.nextInt(PLANS));
                answers.add(clients.submit(() -> answer(plan)));
            }
        }
        assertAllAsAlone(answers);
        assertThat(refused).as("requests that came at a bad time").hasPositiveValue();
    }

    private void assertAllAsAlone(List<Future<List<String>>> answers) throws Exception {
        List<List<String>> together = new ArrayList<>();
        for (Future<List<String>> answer : answers) {
            together.add(answer.get());
        }
        awaitNoBlocksOwned(engine);
        List<List<String>> alone = new ArrayList<>();
        for (String plan : plans) {
            alone.add(answer(plan));
        }
        for (List<String> answer : together) {
            assertThat(alone).contains(answer);
        }
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(together.get(i)).as("client %s", i).isEqualTo(alone.get(i % PLANS));
        }
        awaitNoBlocksOwned(engine);
    }

    /** The whole answer; asks again for as long as it is refused by name because of what happens to the model. */
    private List<String> answer(String plan) throws IOException {
        while (true) {
            try (RawConnection connection = new RawConnection(engine)) {
                RawConnection.Reply reply =
                        connection.post("/v1/completions", plan).read();
                if (reply.status() == 200) {
                    return ConcurrentStreamsTest.told(ApiClient.events(reply.body()));
                }
                assertThat(ApiClient.parse(reply.body())
                                .path("error")
                                .path("code")
                                .asString(""))
                        .as(reply.body())
                        .isIn(REFUSALS);
                refused.incrementAndGet();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
