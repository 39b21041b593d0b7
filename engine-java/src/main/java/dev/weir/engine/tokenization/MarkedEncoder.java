package dev.weir.engine.tokenization;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of {@link MarkedTokenizerJson}. It is opened for the first text that needs it, and most models never meet one: a caller
 * has to spell a special token.
 */
final class MarkedEncoder implements AutoCloseable {

    /** Where the {@code tokenizer.json} comes from. */
    interface Source {
        byte[] read() throws IOException;
    }

    private final Source source;
    private final Map<String, String> options;
    private final HuggingFaceTokenizer original;
    private final Set<String> specialSpellings;
    private @Nullable HuggingFaceTokenizer opened;

    MarkedEncoder(
            Source source, Map<String, String> options, HuggingFaceTokenizer original, Set<String> specialSpellings) {
        this.source = source;
        this.options = options;
        this.original = original;
        this.specialSpellings = specialSpellings;
    }

    synchronized HuggingFaceTokenizer get() {
        if (opened == null) {
            opened = open();
        }
        return opened;
    }

    private HuggingFaceTokenizer open() {
        try {
            byte[] json = MarkedTokenizerJson.of(source.read());
            HuggingFaceTokenizer encoder = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
            for (String spelling : specialSpellings) {
                requireSame(spelling, encoder);
            }
            return encoder;
        } catch (IOException e) {
            throw new UncheckedIOException("a text that spells a special token cannot be encoded", e);
        }
    }

    /** The library numbers added tokens by itself; were a special token another one there, prompts would be altered in silence. */
    private void requireSame(String spelling, HuggingFaceTokenizer encoder) {
        long[] ids =
                encoder.encode(SpecialSpellings.MARK + spelling, false, false).getIds();
        if (!Arrays.equals(ids, original.encode(spelling, false, false).getIds())) {
            encoder.close();
            throw new IllegalStateException("the special token " + spelling + " cannot be told from its spelling");
        }
    }

    @Override
    public synchronized void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
