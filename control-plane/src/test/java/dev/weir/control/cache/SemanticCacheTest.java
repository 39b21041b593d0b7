package dev.weir.control.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.cache.AnswerReader.Said;
import dev.weir.control.cache.Likeness.Asked;
import dev.weir.control.completion.Usage;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.control.embedding.SentenceEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** How often answers to the like are given and how often they are wrong, on questions that were labelled by hand. */
class SemanticCacheTest {
    private static final Path ENCODER = Path.of("../models/demo/weir-demo-encoder");
    private static final CacheConfig CONFIG = new CacheConfig(
            10, DataSize.ofMegabytes(64), DataSize.ofKilobytes(64), 10_000, null, null, Duration.ofSeconds(1));
    private static final int QUESTION_COUNT = 3000;

    private record Labelled(String meaning, String text) {}

    /** What came of a stream of questions. */
    private record Outcome(int asked, int hits, int wrong) {
        double hitRate() {
            return (double) hits / asked;
        }

        /** Of all answers that callers got. */
        double errorRate() {
            return (double) wrong / asked;
        }

        double falseHitRate() {
            return hits == 0 ? 0 : (double) wrong / hits;
        }
    }

    @Test
    void theBoundHoldsWhereFixedThresholdsDoNot() throws IOException {
        SentenceEncoder encoder = HashedEncoder.read(ENCODER);
        List<Labelled> questions = questions();
        print("fixed 0.90", fixed(questions, encoder, 0.90f, false));
        print("fixed 0.95", fixed(questions, encoder, 0.95f, false));
        print("fixed 0.90 with guards", fixed(questions, encoder, 0.90f, true));
        print("fixed 0.95 with guards", fixed(questions, encoder, 0.95f, true));
        for (double bound : new double[] {0.01, 0.02, 0.05}) {
            for (long seed = 1; seed <= 2; seed++) {
                Outcome learnt = learnt(questions, encoder, bound, seed);
                print("learnt, bound " + bound + ", seed " + seed, learnt);
                assertThat(learnt.errorRate())
                        .as("bound %s, seed %s", bound, seed)
                        .isLessThanOrEqualTo(bound);
            }
        }
        Outcome loose = fixed(questions, encoder, 0.90f, false);
        assertThat(loose.falseHitRate()).isGreaterThan(0.05);
        assertThat(learnt(questions, encoder, 0.02, 1).hitRate()).isGreaterThan(0.2);
    }

    @Test
    void anotherTenantOrAnotherConversationIsNeverEvenCompared() throws IOException {
        SemanticCache cache = new SemanticCache(
                HashedEncoder.read(ENCODER), CONFIG, () -> Instant.EPOCH, () -> 1, "self", AlikeNews.NONE);
        CacheRules.Semantic rule = rule(0.5);
        Asked asked = new Asked("one", "Can I bring my bike?");
        cache.find("one", asked, rule).onAnswer().take(answer("yes"), new Said("yes", true));
        assertThat(cache.find("one", asked, rule).known()).isPresent();
        assertThat(cache.find("two", new Asked("two", "Can I bring my bike?"), rule)
                        .reason())
                .isEqualTo("nothing like it was asked before");
    }

    @Test
    void whatAModelDidNotEndByItselfIsNotRemembered() throws IOException {
        SemanticCache cache = new SemanticCache(
                HashedEncoder.read(ENCODER), CONFIG, () -> Instant.EPOCH, () -> 1, "self", AlikeNews.NONE);
        Asked asked = new Asked("p", "Can I bring my bike?");
        cache.find("t", asked, rule(0.5)).onAnswer().take(answer("yes, you"), new Said("yes, you", false));
        assertThat(cache.entryCount()).isZero();
    }

    @Test
    void theRateOfWrongAnswersIsMeasuredOnASample() throws IOException {
        SemanticCache cache = new SemanticCache(
                HashedEncoder.read(ENCODER), CONFIG, () -> Instant.EPOCH, () -> 0.999, "self", AlikeNews.NONE);
        CacheRules.Semantic rule = new CacheRules.Semantic(Duration.ofHours(1), 0.5, 1, 1, 3);
        Asked asked = new Asked("p", "Can I bring my bike?");
        cache.find("t", asked, rule).onAnswer().take(answer("yes"), new Said("yes", true));
        for (String truth : List.of("yes", "Yes ", "never on Sundays")) {
            cache.find("t", asked, rule)
                    .known()
                    .orElseThrow()
                    .check()
                    .orElseThrow()
                    .take(answer(truth), new Said(truth, true));
        }
        SemanticCache.Tally tally = requireNonNull(cache.tallies().get("t"));
        assertThat(tally.hits.sum()).isEqualTo(3);
        assertThat(tally.checked.sum()).isEqualTo(3);
        assertThat(tally.checkedWrong.sum()).isEqualTo(1);
        cache.purge("t");
        assertThat(cache.entryCount()).isZero();
        assertThat(cache.tallies()).isEmpty();
    }

    /** Questions drawn at random; a meaning's answer is its name, so an answer is right if it is of the same name. */
    private static Outcome learnt(List<Labelled> questions, SentenceEncoder encoder, double bound, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SemanticCache cache = new SemanticCache(
                encoder, CONFIG, () -> Instant.EPOCH, random.split()::nextDouble, "self", AlikeNews.NONE);
        int hits = 0;
        int wrong = 0;
        for (int i = 0; i < QUESTION_COUNT; i++) {
            Labelled asked = questions.get(random.nextInt(questions.size()));
            SemanticCache.Found found = cache.find("t", new Asked("p", asked.text()), rule(bound));
            if (found.known().isPresent()) {
                hits++;
                String given = new String(found.known().get().answer().bytes(), UTF_8);
                wrong += given.equals(asked.meaning()) ? 0 : 1;
            } else {
                found.onAnswer().take(answer(asked.meaning()), new Said(asked.meaning(), true));
            }
        }
        return new Outcome(QUESTION_COUNT, hits, wrong);
    }

    /** What others do: the nearest question's answer, if it is near enough. */
    private static Outcome fixed(List<Labelled> questions, SentenceEncoder encoder, float threshold, boolean guarded) {
        SplittableRandom random = new SplittableRandom(1);
        VectorIndex<Labelled> index = new VectorIndex<>(encoder.encode("").length, (_, _) -> {});
        int hits = 0;
        int wrong = 0;
        for (int i = 0; i < QUESTION_COUNT; i++) {
            Labelled asked = questions.get(random.nextInt(questions.size()));
            float[] vector = encoder.encode(asked.text());
            var near = index.nearest(vector, 8).stream()
                    .filter(one -> one.similarity() >= threshold)
                    .filter(one -> !guarded
                            || Substance.of(one.entry().text())
                                    .conflict(Substance.of(asked.text()))
                                    .isEmpty())
                    .findFirst();
            if (near.isPresent()) {
                hits++;
                wrong += near.get().entry().meaning().equals(asked.meaning()) ? 0 : 1;
            } else {
                index.add(vector, asked);
            }
        }
        return new Outcome(QUESTION_COUNT, hits, wrong);
    }

    private static void print(String what, Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "%-32s hits %5.1f %%  wrong of hits %5.2f %%  wrong of all %5.2f %%%n",
                what,
                100 * outcome.hitRate(),
                100 * outcome.falseHitRate(),
                100 * outcome.errorRate());
    }

    private static CacheRules.Semantic rule(double bound) {
        return new CacheRules.Semantic(Duration.ofHours(1), bound, 0, 1, 3);
    }

    private static CachedAnswer answer(String text) {
        return new CachedAnswer("application/json", text.getBytes(UTF_8), Usage.NONE, Instant.EPOCH);
    }

    private static List<Labelled> questions() throws IOException {
        List<Labelled> questions = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                requireNonNull(SemanticCacheTest.class.getResourceAsStream("/cache/questions.tsv")), UTF_8))) {
            in.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] fields = line.split("\t", 2);
                questions.add(new Labelled(fields[0], fields[1]));
            });
        }
        return questions;
    }
}
