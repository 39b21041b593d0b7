package dev.weir.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.cache.AlikeNews.Item.Answered;
import dev.weir.control.cache.AlikeNews.Item.Seen;
import dev.weir.control.completion.Usage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** What answers by what was asked take in memory, and when they give it back. */
class SemanticAnswersTest {
    private static final int DIMENSIONS = 64;
    private static final int VECTOR_BYTES = DIMENSIONS * Float.BYTES;
    private static final DataSize SIZE_MAX = DataSize.ofMegabytes(1);

    /** With 256 bytes for an answer of hardly any. */
    private static final int ENTRIES_MOST = (int) (SIZE_MAX.toBytes() / (256 + VECTOR_BYTES));

    private Instant now = Instant.EPOCH;
    private final SemanticAnswers answers = new SemanticAnswers(
            new CacheConfig(10, SIZE_MAX, DataSize.ofKilobytes(64), 100_000, null, null, Duration.ofSeconds(1)),
            () -> now);

    @Test
    void whatComparingTakesCountsOfTheSizeToo() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(add("system prompt of user " + i, i, Duration.ofHours(1)))
                    .isTrue();
            assertThat(answers.byteCount()).isLessThanOrEqualTo(SIZE_MAX.toBytes());
        }
        assertThat(answers.entryCount())
                .as("a partition of its own takes about a vector, not a block of them")
                .isBetween(500, ENTRIES_MOST);
        answers.purge("t");
        assertThat(answers.byteCount()).isZero();
    }

    @Test
    void inOnePartitionTheVectorsCountAsWell() {
        for (int i = 0; i < 10_000; i++) {
            add("p", i, Duration.ofHours(1));
        }
        assertThat(answers.byteCount()).isLessThanOrEqualTo(SIZE_MAX.toBytes());
        assertThat(answers.entryCount()).isBetween(500, ENTRIES_MOST);
        answers.purge("t");
        assertThat(answers.byteCount()).isZero();
    }

    @Test
    void whatIsOverGivesItsPlaceBackAsOthersCome() {
        add("lasting", 0, Duration.ofHours(2));
        long one = answers.byteCount();
        for (int i = 1; i < 100; i++) {
            add("p" + i, i, Duration.ofHours(1));
        }
        now = now.plus(Duration.ofHours(1));
        for (int i = 100; i < 120; i++) {
            add("lasting", i, Duration.ofHours(1));
        }
        assertThat(answers.entryCount()).as("what lasts, and what came after").isEqualTo(21);
        assertThat(answers.byteCount()).isLessThan(21 * one);
    }

    @Test
    void whatAnAnswerSaysAndWhatAQuestionConsistsOfCountToo() {
        add("latin", "Can I?", "y".repeat(10_000));
        long latin = answers.byteCount();
        add("others", "Can I?", "是".repeat(10_000));
        long others = answers.byteCount() - latin;
        add("wordy", "can i ".repeat(300), "yes");
        long wordy = answers.byteCount() - latin - others;
        assertThat(latin).isBetween(10_000L, 12_000L);
        assertThat(others).as("two bytes for each character").isBetween(20_000L, 22_000L);
        assertThat(wordy).as("a text for each word").isBetween(600L * 40, 600L * 60);
        assertThat(add("long", "Can I?", "是".repeat(600_000)))
                .as("more than all may take")
                .isFalse();
        answers.purge("t");
        assertThat(answers.byteCount()).isZero();
    }

    @Test
    void whatWasSeenOfAnAnswerCountsAndIsBounded() {
        add("p", "Can I?", "yes");
        long before = answers.byteCount();
        for (int i = 0; i < 1_000; i++) {
            answers.observe(new Seen("p", "t", 0.9f, true));
        }
        assertThat(answers.byteCount() - before).isBetween(64L * 24, 64L * 40);
        for (int i = 0; i < 10_000; i++) {
            add("p" + i, "Can I?", "yes");
            answers.observe(new Seen("p" + i, "t", 0.9f, true));
            assertThat(answers.byteCount()).isLessThanOrEqualTo(SIZE_MAX.toBytes());
        }
        answers.purge("t");
        assertThat(answers.byteCount()).isZero();
    }

    /** It took 9 s of processor time where each was looked for among the others, and takes a fifth of one. */
    @Test
    void aPartitionOfManyIsPurgedInATimeThatGrowsAsItDoes() {
        SemanticAnswers many = new SemanticAnswers(
                new CacheConfig(
                        10,
                        DataSize.ofGigabytes(1),
                        DataSize.ofKilobytes(64),
                        300_000,
                        null,
                        null,
                        Duration.ofSeconds(1)),
                () -> now);
        Substance substance = Substance.of("Can I?");
        CachedAnswer answer = new CachedAnswer("application/json", new byte[3], Usage.NONE, now);
        for (int i = 0; i < 300_000; i++) {
            many.add(
                    new Answered("id-" + i, "t", "p", "Can I?", "yes", now.plusSeconds(1), answer),
                    new float[2],
                    substance,
                    0);
        }
        assertThat(many.entryCount()).isEqualTo(300_000);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long beforeNanos = threads.getCurrentThreadCpuTime();
        many.purge("t");
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - beforeNanos))
                .isLessThan(Duration.ofSeconds(3));
        assertThat(many.entryCount()).isZero();
        assertThat(many.byteCount()).isZero();
    }

    private boolean add(String partition, String question, String said) {
        CachedAnswer answer = new CachedAnswer("application/json", new byte[3], Usage.NONE, now);
        Answered told = new Answered(partition, "t", partition, question, said, now.plusSeconds(1), answer);
        return answers.add(told, new float[DIMENSIONS], Substance.of(question), 0);
    }

    private boolean add(String partition, int number, Duration ttl) {
        CachedAnswer answer = new CachedAnswer("application/json", new byte[3], Usage.NONE, now);
        Answered told = new Answered("id-" + number, "t", partition, "Can I?", "yes", now.plus(ttl), answer);
        return answers.add(told, new float[DIMENSIONS], Substance.of("Can I?"), 0);
    }
}
