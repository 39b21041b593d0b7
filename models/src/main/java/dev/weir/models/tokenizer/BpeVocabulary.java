package dev.weir.models.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A byte-level BPE vocabulary. Ids are positions: the 256 bytes, then one token per merge, then the special tokens.
 *
 * @param merges pairs of tokens in the order in which they are applied
 */
public record BpeVocabulary(List<Merge> merges) {
    /** Opens a message; the role follows. */
    public static final String MESSAGE_START = "<|im_start|>";

    /** Ends a message, and with it the assistant's turn. */
    public static final String MESSAGE_END = "<|im_end|>";

    /** Ends a text that is no chat. */
    public static final String TEXT_END = "<|eos|>";

    public static final List<String> SPECIAL_TOKENS = List.of(MESSAGE_START, MESSAGE_END, TEXT_END);

    /** Words with the space before them, single digits, runs of marks, runs of space: what merges never cross. */
    public static final String SPLIT_PATTERN = " ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+";

    static final int BYTE_TOKENS = 256;

    /** Two neighbouring tokens that become one. */
    public record Merge(String left, String right) {
        public String joined() {
            return left + right;
        }
    }

    public BpeVocabulary {
        merges = List.copyOf(merges);
    }

    /** Reads merges as {@link #write} wrote them: one per line, left and right. */
    public static BpeVocabulary read(Path file) throws IOException {
        List<Merge> merges = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            int space = line.indexOf(' ');
            if (space < 1 || space == line.length() - 1) {
                throw new IOException("%s, line %d is not two tokens: %s".formatted(file, merges.size() + 1, line));
            }
            merges.add(new Merge(line.substring(0, space), line.substring(space + 1)));
        }
        return new BpeVocabulary(merges);
    }

    public void write(Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        merges.forEach(merge ->
                lines.append(merge.left()).append(' ').append(merge.right()).append('\n'));
        Files.writeString(file, lines);
    }

    public int size() {
        return BYTE_TOKENS + merges.size() + SPECIAL_TOKENS.size();
    }

    public int idOfSpecial(String token) {
        int index = SPECIAL_TOKENS.indexOf(token);
        if (index < 0) {
            throw new IllegalArgumentException("not a special token: " + token);
        }
        return BYTE_TOKENS + merges.size() + index;
    }

    /** Every token but the special ones, in the order of ids. */
    public List<String> ordinaryTokens() {
        ByteAlphabet alphabet = new ByteAlphabet();
        List<String> tokens = new ArrayList<>();
        for (int value = 0; value < BYTE_TOKENS; value++) {
            tokens.add(String.valueOf(alphabet.characterOf(value)));
        }
        merges.forEach(merge -> tokens.add(merge.joined()));
        return tokens;
    }
}
