package dev.weir.control.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Usage;
import dev.weir.control.fleet.Engine;
import dev.weir.control.routing.PrefixPrices.Prompt.Sent;
import java.net.URI;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where requests go by what engines have warm. {@link PrefixSimulationTest} tells what that is worth. */
class PrefixPricesTest {
    private static final int CHUNKS_PER_ENGINE_MAX = 4096; // 1 MiB of prompts
    private static final Optional<Usage> NOTHING_TOLD = Optional.empty();
    private static final List<Engine> ENGINES = List.of(engine(1), engine(2), engine(3), engine(4));

    private final Map<Engine, Integer> counts = new HashMap<>();
    private final Map<Engine, Long> tokens = new HashMap<>();
    private final PrefixPrices prices = new PrefixPrices(
            CHUNKS_PER_ENGINE_MAX, engine -> counts.getOrDefault(engine, 0), engine -> tokens.getOrDefault(engine, 0L));

    @Test
    void aPromptGoesWhereItsBeginningIsWarmUntilTheQueueThereCostsMore() {
        PrefixPrices.Prompt first = prices.prompt("m", chunks("a".repeat(10_000)), "");
        assertThat(cheapest(first)).isEqualTo(ENGINES.getFirst());
        answered(first, ENGINES.get(2));
        PrefixPrices.Prompt next = prices.prompt("m", chunks("a".repeat(10_000) + "b".repeat(500)), "");
        assertThat(cheapest(next)).isEqualTo(ENGINES.get(2));
        counts.put(ENGINES.get(2), 15);
        assertThat(cheapest(next)).isEqualTo(ENGINES.get(2));
        counts.put(ENGINES.get(2), 30);
        assertThat(cheapest(next)).isEqualTo(ENGINES.getFirst());
    }

    @Test
    void enginesOfTheRegionArePreferredUntilTheirHandsAreFull() {
        Engine near = new Engine("near", URI.create("http://127.0.0.1:8201"), "north");
        Engine far = new Engine("far", URI.create("http://127.0.0.1:8202"), "south");
        PrefixPrices.Prompt prompt = prices.prompt("m", chunks("a".repeat(1_000)), "north");
        assertThat(prompt.of(near)).isEqualTo(1_000);
        assertThat(prompt.of(far)).isEqualTo(1_000 + 65_536);
        counts.put(near, 129);
        assertThat(prompt.of(near)).isGreaterThan(prompt.of(far));
        assertThat(prices.prompt("m", chunks("a".repeat(1_000)), "").of(far)).isEqualTo(1_000);
    }

    @Test
    void whatIsStillToBeComputedBeforeItCounts() {
        Sent first = prices.prompt("m", chunks("x".repeat(5_000)), "").sentTo(ENGINES.getFirst());
        PrefixPrices.Prompt cold = prices.prompt("m", chunks("y".repeat(1_000)), "");
        assertThat(cold.of(ENGINES.getFirst())).as("half of it is computed").isEqualTo(3_500);
        Sent second = prices.prompt("m", chunks("z".repeat(4_000)), "").sentTo(ENGINES.getFirst());
        assertThat(cold.of(ENGINES.getFirst())).isEqualTo(7_500);
        assertThat(cold.of(ENGINES.get(1))).isEqualTo(1_000);
        first.computed();
        first.computed();
        assertThat(cold.of(ENGINES.getFirst())).isEqualTo(3_000);
        second.over(NOTHING_TOLD);
        second.over(NOTHING_TOLD);
        assertThat(cold.of(ENGINES.getFirst())).isEqualTo(1_000);
    }

    @Test
    void howMuchOfAPromptIsWarmIsToldByModelAndTenantWhereverMostOfItIs() {
        String context = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "a".repeat(10_000);
        JsonBody sent = new JsonBody((context + "first\"}]}").getBytes(UTF_8));
        JsonBody next = new JsonBody((context + "then\"}]}").getBytes(UTF_8));
        assertThat(prices.warmBytes("t", "m", next)).isZero();
        prices.prompt("m", PromptChunks.of("t", "m", sent), "").sentTo(ENGINES.get(2));
        assertThat(prices.warmBytes("t", "m", next)).isBetween(9_800L, 10_100L);
        assertThat(prices.warmBytes("t", "other", next)).isZero();
        assertThat(prices.warmBytes("other", "m", next)).isZero();
    }

    @Test
    void whatAnEngineHadIsForgottenWithIt() {
        PrefixPrices.Prompt prompt = prices.prompt("m", chunks("a".repeat(2_560)), "");
        answered(prompt, ENGINES.getFirst());
        assertThat(prompt.of(ENGINES.getFirst())).isZero();
        prices.retain(ENGINES.subList(1, 4));
        assertThat(prompt.of(ENGINES.getFirst())).isEqualTo(2_560);
    }

    @Test
    void theLeastRecentlyUsedIsForgottenAndBeginningsOutliveWhatFollowsThem() {
        String old = "o".repeat(256 * 64);
        answered(prices.prompt("m", chunks(old), ""), ENGINES.getFirst());
        SplittableRandom random = new SplittableRandom(1);
        for (int other = 0; other < 64; other++) {
            String text = random.ints(256 * 64, 'a', 'z')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            answered(prices.prompt("m", chunks(text), ""), ENGINES.getFirst());
        }
        assertThat(prices.prompt("m", chunks(old), "").of(ENGINES.getFirst())).isEqualTo(old.length());
    }

    @Test
    void whatAnEnginesCacheHasNoRoomForAnyMoreIsNotWarm() {
        PrefixPrices.Prompt old = prices.prompt("m", chunks("o".repeat(2_560)), "");
        PrefixPrices.Prompt next = prices.prompt("m", chunks("n".repeat(2_560)), "");
        answered(old, ENGINES.getFirst());
        answered(next, ENGINES.getFirst());
        assertThat(coldBytes(old)).isZero();
        tokens.put(ENGINES.getFirst(), 15 * 64L);
        assertThat(coldBytes(old)).isEqualTo(5 * 256);
        assertThat(coldBytes(next)).isZero();
        answered(old, ENGINES.getFirst());
        assertThat(coldBytes(old)).isZero();
        assertThat(coldBytes(next)).isEqualTo(5 * 256);
    }

    @Test
    void whatATokenIsOfAModelsPromptsIsLearntFromItsAnswers() {
        tokens.put(ENGINES.getFirst(), 15 * 128L);
        PrefixPrices.Prompt old = prices.prompt("m", chunks("o".repeat(2_560)), "");
        PrefixPrices.Prompt next = prices.prompt("m", chunks("n".repeat(2_560)), "");
        answered(old, ENGINES.getFirst());
        answered(next, ENGINES.getFirst());
        assertThat(coldBytes(old))
                .as("at four bytes a token there is room for 30 chunks")
                .isZero();
        told(next, ENGINES.getFirst(), new Usage(1_280, 0, 0));
        told(prices.prompt("m", chunks("n".repeat(2_560)), ""), ENGINES.getFirst(), new Usage(1_280, 1_264, 0));
        old = prices.prompt("m", chunks("o".repeat(2_560)), "");
        answered(old, ENGINES.getFirst());
        assertThat(coldBytes(next)).as("at two, for 15").isEqualTo(5 * 256);
        assertThat(coldBytes(old)).isZero();
    }

    @Test
    void answersAndTheLastWordsOfPromptsTakeRoomToo() {
        tokens.put(ENGINES.getFirst(), 20 * 64L);
        PrefixPrices.Prompt old = prices.prompt("m", chunks("o".repeat(2_560)), "");
        answered(old, ENGINES.getFirst());
        told(prices.prompt("m", chunks("n".repeat(1_280)), ""), ENGINES.getFirst(), new Usage(320, 0, 5 * 64));
        assertThat(coldBytes(old)).isZero();
        told(prices.prompt("m", chunks("w".repeat(255)), ""), ENGINES.getFirst(), new Usage(64, 0, 0));
        assertThat(coldBytes(old)).as("the end of what was used least recently").isEqualTo(256);
        assertThat(coldBytes(prices.prompt("m", chunks("n".repeat(1_280)), ""))).isZero();
    }

    @Test
    void whatARequestUnderWayHasOfItsPromptIsNotGivenUp() {
        tokens.put(ENGINES.getFirst(), 20 * 64L);
        PrefixPrices.Prompt held = prices.prompt("m", chunks("h".repeat(2_560)), "");
        Sent underWay = held.sentTo(ENGINES.getFirst());
        underWay.computed();
        PrefixPrices.Prompt other = prices.prompt("m", chunks("o".repeat(2_560)), "");
        PrefixPrices.Prompt third = prices.prompt("m", chunks("t".repeat(2_560)), "");
        answered(other, ENGINES.getFirst());
        answered(third, ENGINES.getFirst());
        assertThat(coldBytes(held)).isZero();
        assertThat(coldBytes(third)).isZero();
        assertThat(coldBytes(other)).isEqualTo(2_560);
        underWay.over(NOTHING_TOLD);
        answered(other, ENGINES.getFirst());
        assertThat(coldBytes(held)).as("it was used last, as it ended last").isZero();
        assertThat(coldBytes(third)).isEqualTo(2_560);
    }

    @Test
    void whatAnEngineRefusedIsNotWarmThere() {
        PrefixPrices.Prompt prompt = prices.prompt("m", chunks("a".repeat(2_560)), "");
        Sent refused = prompt.sentTo(ENGINES.getFirst());
        refused.computed();
        refused.refused();
        refused.over(NOTHING_TOLD);
        assertThat(coldBytes(prompt)).isEqualTo(2_560);
        prompt.sentTo(ENGINES.getFirst()).over(NOTHING_TOLD);
        assertThat(coldBytes(prompt)).as("nor what was never answered").isEqualTo(2_560);
        answered(prompt, ENGINES.getFirst());
        prompt.sentTo(ENGINES.getFirst()).over(NOTHING_TOLD);
        assertThat(coldBytes(prompt)).as("but for what was there before").isZero();
    }

    @Test
    void whatWouldBeGivenUpForAPromptCountsWhereItWasEverFoundAgain() {
        tokens.put(ENGINES.getFirst(), 10 * 64L);
        PrefixPrices.Prompt once = prices.prompt("m", chunks("o".repeat(2_560)), "");
        PrefixPrices.Prompt next = prices.prompt("m", chunks("n".repeat(1_280)), "");
        answered(once, ENGINES.getFirst());
        assertThat(next.of(ENGINES.getFirst())).isEqualTo(1_280);
        answered(once, ENGINES.getFirst());
        assertThat(next.of(ENGINES.getFirst())).isEqualTo(2 * 1_280);
    }

    private static long coldBytes(PrefixPrices.Prompt prompt) {
        return prompt.coldBytes(ENGINES.getFirst());
    }

    private static void answered(PrefixPrices.Prompt prompt, Engine engine) {
        Sent sent = prompt.sentTo(engine);
        sent.computed();
        sent.over(NOTHING_TOLD);
    }

    private static void told(PrefixPrices.Prompt prompt, Engine engine, Usage usage) {
        Sent sent = prompt.sentTo(engine);
        sent.computed();
        sent.over(Optional.of(usage));
    }

    private static Engine cheapest(PrefixPrices.Prompt prompt) {
        return ENGINES.stream().min(Comparator.comparingDouble(prompt::of)).orElseThrow();
    }

    private static PromptChunks chunks(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return PromptChunks.chain(bytes, 0, bytes.length, 1);
    }

    private static Engine engine(int number) {
        return Engine.at(URI.create("http://127.0.0.1:" + (8100 + number)));
    }
}
