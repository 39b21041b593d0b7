package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Many clients at once, some of which leave: nobody else notices, and nothing of them stays. */
class ConcurrentStreamsTest {

    private static final String PATH = "/v1/completions";
    private static final int STREAMS = 32;

    /** So few KV blocks that sequences have to be preempted: the cache of the tiny model takes 6 KiB a block. */
    private static final OptionalLong SCARCE_CACHE_BYTES = OptionalLong.of(60 * 6144L);

    private record Plan(String body, int linesBeforeLeaving) {

        boolean leaves() {
            return linesBeforeLeaving >= 0;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void survivingStreamsAreThoseOfTheSameRequestAlone(long seed) throws Exception {
        Random random = new Random(seed);
        List<Plan> plans = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            plans.add(plan(random));
        }
        try (TestEngine engine = TestEngine.start(HttpLimits.defaults(), SCARCE_CACHE_BYTES, TestModels.TINY_LLAMA);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> together = new ArrayList<>();
            for (Plan plan : plans) {
                long delayNanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(150));
                together.add(clients.submit(delayed(engine, plan, delayNanos)));
            }
            List<List<String>> answers = new ArrayList<>();
            for (Future<List<String>> answer : together) {
                answers.add(answer.get());
            }
            awaitNoBlocksOwned(engine);
            for (int i = 0; i < STREAMS; i++) {
                if (!plans.get(i).leaves()) {
                    assertThat(answers.get(i))
                            .as("stream %s, seed %s", i, seed)
                            .isEqualTo(stream(engine, plans.get(i)));
                }
            }
            awaitNoBlocksOwned(engine);
        }
    }

    @Test
    void clientThatLeavesWhileItWaitsForAWholeAnswerFreesItsBlocks() throws Exception {
        try (TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA)) {
            try (RawConnection connection = new RawConnection(engine)) {
                connection.post(PATH, "{\"prompt\":[1,2,3],\"n\":8,\"max_tokens\":500,\"ignore_eos\":true}");
                await(() -> engine.ownedBlocks() > 0);
            }
            awaitNoBlocksOwned(engine);
        }
    }

    @Test
    void clientThatDoesNotReadHoldsUpNobody() throws Exception {
        try (TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA)) {
            serveWhileOneDoesNotRead(engine);
            awaitNoBlocksOwned(engine);
        }
    }

    private static void serveWhileOneDoesNotRead(TestEngine engine) throws IOException {
        try (RawConnection lazy = new RawConnection(engine)) {
            // Each event of this stream is large, and none is read: the sockets' buffers fill and the engine pauses
            // these sequences.
            lazy.post(
                    PATH,
                    "{\"prompt\":[1,2,3],\"n\":16,\"max_tokens\":500,\"ignore_eos\":true,\"stream\":true,"
                            + "\"logprobs\":20}");
            await(() -> engine.ownedBlocks() > 0);
            List<String> answer = stream(
                    engine,
                    new Plan(
                            "{\"prompt\":[1,2,3],\"max_tokens\":20,\"ignore_eos\":true,\"seed\":1,\"stream\":true}",
                            -1));
            assertThat(answer).last().isEqualTo("[DONE]");
        }
    }

    private static Plan plan(Random random) {
        List<Integer> prompt =
                random.ints(1 + random.nextInt(60), 0, 256).boxed().toList();
        String body = "{\"prompt\":" + prompt + ",\"max_tokens\":" + (1 + random.nextInt(120)) + ",\"seed\":"
                + random.nextLong() + ",\"n\":" + (1 + random.nextInt(2))
                + ",\"stream\":true,\"return_token_ids\":true,\"logprobs\":1,\"ignore_eos\":true}";
        return new Plan(body, random.nextInt(3) == 0 ? random.nextInt(20) : -1);
    }

    private static Callable<List<String>> delayed(TestEngine engine, Plan plan, long delayNanos) {
        return () -> {
            LockSupport.parkNanos(delayNanos); // arrivals are spread, what is asserted does not depend on how
            return stream(engine, plan);
        };
    }

    /** What a stream tells, choice by choice, free of how it was cut into chunks; or nothing, where the client leaves. */
    private static List<String> stream(TestEngine engine, Plan plan) throws IOException {
        try (RawConnection connection = new RawConnection(engine)) {
            connection.post(PATH, plan.body());
            if (plan.leaves()) {
                connection.readStreamLines(plan.linesBeforeLeaving());
                return List.of();
            }
            RawConnection.Reply reply = connection.read();
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            return told(ApiClient.events(reply.body()));
        }
    }

    /** Of each choice its tokens, their log-probabilities and its end; then the stream's last event. */
    static List<String> told(List<String> events) {
        List<Choice> choices = List.of(new Choice(), new Choice());
        for (String event : events.subList(0, events.size() - 1)) {
            JsonNode json = ApiClient.parse(event).path("choices").path(0);
            Choice choice = choices.get(json.path("index").asInt());
            json.path("token_ids").forEach(id -> choice.tokenIds.add(id.asInt()));
            json.path("logprobs").path("token_logprobs").forEach(logprob -> choice.logprobs.add(logprob.toString()));
            choice.end = json.path("finish_reason").asString("");
        }
        return List.of(choices.get(0).toString(), choices.get(1).toString(), events.getLast());
    }

    private static final class Choice {
        private final List<Integer> tokenIds = new ArrayList<>();
        private final List<String> logprobs = new ArrayList<>();
        private String end = "";

        @Override
        public String toString() {
            return tokenIds + " " + logprobs + " " + end;
        }
    }

    static void awaitNoBlocksOwned(TestEngine engine) {
        await(() -> engine.ownedBlocks() == 0);
    }

    interface Condition {
        boolean holds();
    }

    /** Asks again and again; the test's own time limit ends what never comes. */
    static void await(Condition condition) {
        while (!condition.holds()) {
            Thread.onSpinWait();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
