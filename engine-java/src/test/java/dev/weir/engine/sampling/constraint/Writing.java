package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.Constraint;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** Writes texts as a model does that knows nothing: any allowed token is as good as another, until it gets late. */
final class Writing {

    private static final int TOKENS_MAX = 3_000;

    /** What brings a text nearer to its end, the best first: JSON's brackets, and what other texts here end with. */
    private static final String CLOSERS = "\"]}dn0123456789abc";

    private final TestVocabulary vocabulary;
    private final SplittableRandom random;

    Writing(TestVocabulary vocabulary, SplittableRandom random) {
        this.vocabulary = vocabulary;
        this.random = random;
    }

    /** A whole text; {@code patience} tokens are drawn freely. */
    String write(Constraint constraint, int patience) {
        Constraint.Progress progress = constraint.begin();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int count = 0; count < TOKENS_MAX; count++) {
            if (progress.isComplete()) {
                return decoded(text);
            }
            BitSet allowed = BitSet.valueOf(progress.allowedTokens());
            assertThat(allowed.isEmpty()).as("a way on after %s", text).isFalse();
            int id = count >= patience || random.nextInt(4) == 0 ? closing(allowed) : any(allowed);
            assertThat(progress.accept(id)).isTrue();
            if (id == vocabulary.endId()) {
                return decoded(text);
            }
            text.writeBytes(vocabulary.bytes(id));
        }
        throw new AssertionError("no end after " + TOKENS_MAX + " tokens: " + text);
    }

    private int any(BitSet allowed) {
        int rank = random.nextInt(allowed.cardinality());
        return allowed.stream().skip(rank).findFirst().orElseThrow();
    }

    private int closing(BitSet allowed) {
        if (allowed.get(vocabulary.endId())) {
            return vocabulary.endId();
        }
        int[] closers = CLOSERS.chars().filter(allowed::get).toArray();
        if (closers.length == 0) {
            return any(allowed);
        }
        return closers[random.nextInt(4) > 0 ? 0 : random.nextInt(closers.length)];
    }

    private static String decoded(ByteArrayOutputStream text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("no UTF-8", e);
        }
    }

    /** Asserts that a text can be written, whatever its tokens. */
    void assertAllowed(Constraint constraint, String text) {
        List<Integer> ids = vocabulary.tokenize(text.getBytes(StandardCharsets.UTF_8), random);
        Constraint.Progress progress = constraint.begin();
        for (int at = 0; at < ids.size(); at++) {
            int id = ids.get(at);
            assertThat(BitSet.valueOf(progress.allowedTokens()).get(id))
                    .as("token %s of %s, of the text %s", at, ids, text)
                    .isTrue();
            assertThat(progress.accept(id)).isTrue();
        }
        assertThat(progress.isComplete()
                        || BitSet.valueOf(progress.allowedTokens()).get(vocabulary.endId()))
                .as("an end after %s", text)
                .isTrue();
    }

    /** Whether a text as a whole satisfies a constraint, byte by byte. */
    boolean allows(Constraint constraint, String text) {
        Constraint.Progress progress = constraint.begin();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            if (!progress.accept(value & 0xFF)) {
                return false;
            }
        }
        return progress.isComplete() || progress.accept(vocabulary.endId());
    }
}
