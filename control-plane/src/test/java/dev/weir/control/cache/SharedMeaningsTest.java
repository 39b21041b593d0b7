package dev.weir.control.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.cache.AnswerReader.Said;
import dev.weir.control.cache.Likeness.Asked;
import dev.weir.control.completion.Usage;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Replicas with one Redis know what the others learnt of meanings, and forget what one of them is told to forget. */
class SharedMeaningsTest {
    private static final CacheConfig CONFIG = new CacheConfig(
            10, DataSize.ofMegabytes(64), DataSize.ofKilobytes(64), 10_000, null, null, Duration.ofSeconds(1));
    private static final CacheRules.Semantic RULE = new CacheRules.Semantic(Duration.ofHours(1), 0.5, 0, 1, 3);

    private final Scheduler timer = Schedulers.newSingle("news");
    private final Redis redis = new Redis(TestDatabases.redis(), Duration.ofSeconds(10), EventLoops.NONE);
    private final String tenant = "t-" + UUID.randomUUID();
    private final Asked asked = new Asked("p-" + tenant, "Can I bring my bike?");
    private final Asked elsewhere = new Asked("q-" + tenant, "What does a cabin cost?");
    private SemanticCache one;
    private SemanticCache other;

    @BeforeEach
    void start() throws IOException {
        one = replica("one-" + tenant);
        other = replica("other-" + tenant);
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
        redis.close();
        timer.dispose();
    }

    @Test
    void whatOneIsAnsweredTheOthersKnowAndSoDoesOneThatComesLater() throws IOException {
        answer(one.find(tenant, asked, RULE), "yes");
        await().untilAsserted(() ->
                assertThat(other.find(tenant, asked, RULE).known()).isPresent());
        SemanticCache later = replica("later-" + tenant);
        await().untilAsserted(() ->
                assertThat(later.find(tenant, asked, RULE).known()).isPresent());
        later.close();
    }

    @Test
    void whatOneForgetsAllForget() {
        answer(one.find(tenant, asked, RULE), "yes");
        await().untilAsserted(() ->
                assertThat(other.find(tenant, asked, RULE).known()).isPresent());
        other.purge(tenant);
        await().untilAsserted(
                        () -> assertThat(one.find(tenant, asked, RULE).known()).isEmpty());
    }

    @Test
    void anAnswerThatWasBegunBeforeAPurgeIsToldToNobodyAfterIt() {
        SemanticCache.Found begun = one.find(tenant, asked, RULE);
        other.purge(tenant);
        await().until(() -> {
            answer(begun, "old"); // whether or not the news of the purge has come to this replica
            answer(other.find(tenant, elsewhere, RULE), "50 euros");
            return one.find(tenant, elsewhere, RULE).known().isPresent();
        });
        assertThat(other.find(tenant, asked, RULE).known()).isEmpty();
        assertThat(one.find(tenant, asked, RULE).known()).isEmpty();
    }

    @Test
    void whatWasLearntWithAnotherEncoderIsNotHeardButWhatIsForgottenIs() throws IOException {
        SemanticCache differing = replica("differing-" + tenant, HashedEncoder.of(new float[][] {{1, 0}, {0, 1}}));
        answer(differing.find(tenant, elsewhere, RULE), "50 euros");
        answer(one.find(tenant, asked, RULE), "yes");
        await().untilAsserted(() ->
                assertThat(other.find(tenant, asked, RULE).known()).isPresent()); // and so has heard what came before
        assertThat(other.find(tenant, elsewhere, RULE).known()).isEmpty();
        differing.purge(tenant);
        await().untilAsserted(() ->
                assertThat(other.find(tenant, asked, RULE).known()).isEmpty());
        differing.close();
    }

    private SemanticCache replica(String name) throws IOException {
        return replica(name, HashedEncoder.read(Path.of("../models/demo/weir-demo-encoder")));
    }

    /** Never explores, as if it were always sure: chance is 1, the probability of asking an engine at most that. */
    private SemanticCache replica(String name, SentenceEncoder encoder) {
        return new SemanticCache(
                encoder,
                CONFIG,
                () -> Instant.EPOCH,
                () -> 1,
                name,
                new RedisAlikeNews(redis, name, encoder.fingerprint(), 10_000, timer));
    }

    private static void answer(SemanticCache.Found found, String text) {
        found.onAnswer()
                .take(
                        new CachedAnswer("application/json", text.getBytes(UTF_8), Usage.NONE, Instant.EPOCH),
                        new Said(text, true));
    }
}
