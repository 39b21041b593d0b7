package dev.weir.control.cache;

import dev.weir.control.cache.AlikeNews.Item.Answered;
import dev.weir.control.cache.AlikeNews.Item.Purged;
import dev.weir.control.cache.AlikeNews.Item.Seen;
import dev.weir.control.cache.Likeness.Asked;
import dev.weir.control.cache.SemanticAnswers.Candidate;
import dev.weir.control.completion.Usage;
import dev.weir.control.embedding.SentenceEncoder;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Schedulers;

/**
 * Knows answers to questions that mean the same, and keeps learning how much alike they have to be. Where it is not sure enough an engine is
 * asked and the two answers are compared; of the answers that it gives, a sample is compared as well, behind the client's back, which is
 * how often it is wrong in truth.
 */
final class SemanticCache {
    private static final Logger log = LoggerFactory.getLogger(SemanticCache.class);

    private final SentenceEncoder encoder;
    private final SemanticAnswers answers;
    private final InstantSource clock;
    private final DoubleSupplier chance;
    private final String self;
    private final AlikeNews news;
    private final AtomicLong idCount = new AtomicLong();
    private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

    /** Counts of a tenant. Nobody makes a tenant by asking, so there are as many as tenants. */
    static final class Tally {
        final LongAdder hits = new LongAdder();
        final LongAdder explored = new LongAdder();
        final LongAdder exploredRight = new LongAdder();
        final LongAdder checked = new LongAdder();
        final LongAdder checkedWrong = new LongAdder();
    }

    /**
     * A cache that knows nothing yet but what it hears.
     *
     * @param self the replica's name, with which those of its entries begin
     */
    SemanticCache(
            SentenceEncoder encoder,
            CacheConfig config,
            InstantSource clock,
            DoubleSupplier chance,
            String self,
            AlikeNews news) {
        this.encoder = encoder;
        this.answers = new SemanticAnswers(config, clock);
        this.clock = clock;
        this.chance = chance;
        this.self = self;
        this.news = news;
        news.listen(this::hear);
    }

    /** What another replica tells. */
    private void hear(AlikeNews.Item item) {
        switch (item) {
            case Answered told ->
                answers.add(
                        told,
                        encoder.encode(told.text()),
                        Substance.of(told.text()),
                        answers.purgeCount(told.tenant()));
            case Seen seen -> answers.observe(seen);
            case Purged purged -> forget(purged.tenant());
        }
    }

    /** What an answer is noted for. */
    interface Note {
        void take(CachedAnswer answer, AnswerReader.Said said);
    }

    /** Either an answer that may be given, or what to do with the one that an engine gives. */
    record Found(Optional<Known> known, String reason, Note onAnswer) {}

    /**
     * An answer to give.
     *
     * @param check what to do with an engine's answer, where this one is of the sample
     */
    record Known(CachedAnswer answer, Optional<Note> check) {}

    Found find(String tenant, Asked asked, CacheRules.Semantic rule) {
        float[] vector = encoder.encode(asked.text());
        Substance substance = Substance.of(asked.text());
        Optional<Candidate> near = answers.find(tenant, asked.partition(), vector, substance, rule.errorMax());
        String heardUntil = news.heardUntil();
        long purgeCount = answers.purgeCount(tenant);
        Note remember = (answer, said) -> {
            if (said.ended() && !said.text().isBlank()) {
                Answered told = new Answered(
                        self + '-' + idCount.incrementAndGet(),
                        tenant,
                        asked.partition(),
                        asked.text(),
                        said.text(),
                        clock.instant().plus(rule.ttl()),
                        answer);
                if (answers.add(told, vector, substance, purgeCount)) {
                    news.tell(told, heardUntil);
                }
            }
        };
        if (near.isEmpty()) {
            return new Found(Optional.empty(), "nothing like it was asked before", remember);
        }
        Candidate candidate = near.get();
        String alike = String.format(Locale.ROOT, "similarity %.3f", candidate.similarity());
        Tally tally = tallies.computeIfAbsent(tenant, _ -> new Tally());
        if (chance.getAsDouble() < candidate.explore()) {
            return new Found(Optional.empty(), "not sure enough, " + alike, (answer, said) -> {
                boolean right = agrees(candidate, said);
                tally.explored.increment();
                if (right) {
                    tally.exploredRight.increment();
                } else {
                    remember.take(answer, said);
                }
                observe(tenant, candidate, right, heardUntil);
            });
        }
        tally.hits.increment();
        Optional<Note> check = chance.getAsDouble() < rule.verifyShare()
                ? Optional.of((answer, said) -> check(tenant, candidate, said, tally, heardUntil))
                : Optional.empty();
        return new Found(Optional.of(new Known(candidate.entry().answer(), check)), alike, remember);
    }

    private void observe(String tenant, Candidate candidate, boolean right, String heardUntil) {
        Seen seen = new Seen(candidate.entry().id(), tenant, candidate.similarity(), right);
        answers.observe(seen);
        news.tell(seen, heardUntil);
    }

    private void check(String tenant, Candidate candidate, AnswerReader.Said said, Tally tally, String heardUntil) {
        boolean right = agrees(candidate, said);
        tally.checked.increment();
        if (!right) {
            tally.checkedWrong.increment();
        }
        observe(tenant, candidate, right, heardUntil);
    }

    private boolean agrees(Candidate candidate, AnswerReader.Said said) {
        return Agreement.between(candidate.entry().said(), said.text(), encoder);
    }

    /** Here at once; on other replicas as soon as they hear of it, and nothing that was begun before is told by them after. */
    void purge(String tenant) {
        forget(tenant);
        news.tell(new Purged(tenant), news.heardUntil());
    }

    /** Whether it may wait for its encoder, so that no event loop may ask it. */
    boolean waits() {
        return encoder.waits();
    }

    void close() {
        news.close();
    }

    private void forget(String tenant) {
        answers.purge(tenant);
        tallies.remove(tenant);
    }

    Map<String, Tally> tallies() {
        return Map.copyOf(tallies);
    }

    int entryCount() {
        return answers.entryCount();
    }

    /** For the recording of an answer. */
    Recording recording(int bytesMax, Note note) {
        return new Recording(bytesMax, (contentType, bytes, usage) -> {
            if (encoder.waits()) {
                Schedulers.boundedElastic().schedule(() -> taken(contentType, bytes, usage, note));
            } else {
                taken(contentType, bytes, usage, note);
            }
        });
    }

    private void taken(String contentType, byte[] bytes, Usage usage, Note note) {
        try {
            AnswerReader.read(contentType, bytes)
                    .ifPresent(said -> note.take(new CachedAnswer(contentType, bytes, usage, clock.instant()), said));
        } catch (UncheckedIOException unanswered) {
            log.warn("nothing is learnt of an answer: {}", unanswered.getMessage());
        }
    }
}
