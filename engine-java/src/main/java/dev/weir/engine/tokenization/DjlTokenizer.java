package dev.weir.engine.tokenization;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.gguf.GgufFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.LongStream;

/**
 * A {@code tokenizer.json} behind Hugging Face's tokenizers library, which DJL carries for each platform. Never truncates, never pads,
 * never asks the network for anything.
 */
public final class DjlTokenizer implements Tokenizer {

    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer encoder;
    private final Vocabulary vocabulary;
    private final SpecialSpellings specials;
    private final MarkedEncoder markedEncoder;
    /** Native memory must not go while a text is being encoded. */
    private final ReadWriteLock lifetime = new ReentrantReadWriteLock();

    private DjlTokenizer(HuggingFaceTokenizer encoder, Vocabulary vocabulary, MarkedEncoder.Source json) {
        this.encoder = encoder;
        this.vocabulary = vocabulary;
        Set<String> spellings = vocabulary.specialSpellings();
        this.specials = new SpecialSpellings(spellings);
        this.markedEncoder = new MarkedEncoder(json, OPTIONS, encoder, spellings);
    }

    /**
     * Loads a tokenizer: a {@code tokenizer.json}, or the one that a GGUF file describes.
     *
     * @throws TokenizerFormatException where the file cannot be used, in one line
     * @throws ModelFormatException where a GGUF file cannot be read or describes what is not supported
     */
    public static DjlTokenizer open(Path tokenizerFile) {
        // DJL would otherwise look for libraries in the network and report its use; it reads both once, when it is
        // first used.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        return GgufFile.isGguf(tokenizerFile) ? openGguf(tokenizerFile) : openJson(tokenizerFile);
    }

    private static DjlTokenizer openGguf(Path ggufFile) {
        byte[] json = GgufTokenizerJson.of(ggufFile);
        Vocabulary vocabulary = TokenizerJson.read(ggufFile, new ByteArrayInputStream(json));
        try {
            return new DjlTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS),
                    vocabulary,
                    () -> GgufTokenizerJson.of(ggufFile));
        } catch (IOException | RuntimeException e) {
            throw refused(ggufFile, e);
        }
    }

    private static DjlTokenizer openJson(Path tokenizerFile) {
        Vocabulary vocabulary = TokenizerJson.read(tokenizerFile);
        MarkedEncoder.Source json = () -> Files.readAllBytes(tokenizerFile);
        try {
            return new DjlTokenizer(HuggingFaceTokenizer.newInstance(tokenizerFile, OPTIONS), vocabulary, json);
        } catch (IOException | RuntimeException e) {
            return new DjlTokenizer(withoutDeadMerges(tokenizerFile, e), vocabulary, json);
        }
    }

    /** The library refuses a file with a merge of parts that are no tokens. Such a merge can never apply, so it may as well go. */
    private static HuggingFaceTokenizer withoutDeadMerges(Path tokenizerFile, Exception refusal) {
        try {
            Optional<byte[]> repaired = DeadMerges.removed(tokenizerFile);
            if (repaired.isPresent()) {
                return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(repaired.get()), OPTIONS);
            }
        } catch (IOException | RuntimeException e) {
            refusal.addSuppressed(e);
        }
        throw refused(tokenizerFile, refusal);
    }

    private static TokenizerFormatException refused(Path file, Exception refusal) {
        return new TokenizerFormatException(
                file, "is refused by the tokenizers library (" + refusal.getMessage() + "); export it again", refusal);
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        lifetime.readLock().lock();
        try {
            return ids(encoder, text, addSpecialTokens);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    @Override
    public String disarmed(String callerText) {
        return specials.disarmed(callerText);
    }

    @Override
    public int[] encodeDisarmed(String text, boolean addSpecialTokens) {
        String plain = SpecialSpellings.withoutMarks(text);
        String armed = plain.length() == text.length() ? "" : specials.armed(text);
        if (armed.isEmpty() || armed.equals(specials.armed(plain))) {
            // Every special token that is spelled is meant to be one.
            return encode(plain, addSpecialTokens);
        }
        lifetime.readLock().lock();
        try {
            return ids(markedEncoder.get(), armed, addSpecialTokens);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    private static int[] ids(HuggingFaceTokenizer encoder, String text, boolean addSpecialTokens) {
        long[] ids = encoder.encode(withoutLoneSurrogates(text), addSpecialTokens, false)
                .getIds();
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }

    /** Half a surrogate pair, which JSON can smuggle in, is no character and has no UTF-8. */
    private static String withoutLoneSurrogates(String text) {
        if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\uFFFD' : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }

    @Override
    public String decode(int[] tokenIds, boolean skipSpecialTokens) {
        return ByteDetokenizer.decode(tokenIds, vocabulary, skipSpecialTokens);
    }

    @Override
    public String tokenText(int tokenId) {
        return vocabulary.spelling(tokenId);
    }

    @Override
    public byte[] tokenBytes(int tokenId) {
        if (vocabulary.isSpecial(tokenId)) {
            return new byte[0];
        }
        byte[] bytes = new byte[vocabulary.byteCount(tokenId)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = vocabulary.byteAt(tokenId, i);
        }
        return bytes;
    }

    @Override
    public IncrementalDetokenizer detokenizer(int[] contextTokenIds, boolean skipSpecialTokens) {
        return ByteDetokenizer.after(contextTokenIds, vocabulary, skipSpecialTokens);
    }

    @Override
    public void close() {
        lifetime.writeLock().lock();
        try {
            encoder.close();
            markedEncoder.close();
        } finally {
            lifetime.writeLock().unlock();
        }
    }
}
