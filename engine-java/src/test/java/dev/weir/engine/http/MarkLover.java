package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** A model that knows nothing, but likes marks and brackets, and writes by chance what its constraint allows. */
final class MarkLover {

    /** Beside single bytes: marks, whole and in pieces, and what a call consists of, with pieces that straddle their borders. */
    private static final List<String> PIECES = List.of(
            "<tool_call>",
            "</tool_call>",
            "<tool",
            "_call>",
            "_call>\n{",
            "<tool_call>{\"",
            "<|python_tag|>",
            "[TOOL_CALLS]",
            "[ARGS]",
            "[TOOL_CALLS][",
            "[THINK]",
            "[/THINK]",
            "<think>",
            "</think>",
            "</think>{",
            "<|tool_call|>",
            "<|/tool_call|>",
            "functools",
            "functools[",
            "{\"name\": \"",
            "{\"name",
            "name\"",
            "\"arguments\": {",
            "parameters",
            "arguments",
            "weather",
            "weather[ARGS]{",
            "free",
            "\": \"",
            "\", \"",
            "\"}",
            "}}",
            "]",
            ";",
            "; {",
            "\n",
            " ",
            "\u2003",
            "\u2003{",
            "{",
            "[",
            "}",
            "Oslo\"}}",
            "city",
            "<function=weather>",
            "<function=",
            "<parameter=",
            "city>",
            "{\"note\": \"",
            "</parameter>",
            "</function>",
            "null",
            "text",
            "é",
            "\": ");

    private static final int TOKENS_MAX = 400;

    private final SplittableRandom random;
    private final List<byte[]> tokens = tokens();
    private final int endId = tokens.size();
    private final ConstraintCompiler compiler =
            ConstraintCompiler.of(endId + 1, id -> id == endId ? new byte[0] : tokens.get(id), Set.of(endId));

    MarkLover(long seed) {
        random = new SplittableRandom(seed);
    }

    private static List<byte[]> tokens() {
        List<byte[]> tokens = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        PIECES.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
        return tokens;
    }

    Constraint compiled(RequestedForm form) {
        return form.compile(compiler);
    }

    /** The token of a piece. */
    int piece(String text) {
        return 256 + PIECES.indexOf(text);
    }

    int endId() {
        return endId;
    }

    /** An answer by chance, which is over when it may be: one that is cut off proves nothing. */
    String write(Constraint form) {
        Constraint.Progress progress = form.begin();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int patience = random.nextInt(TOKENS_MAX);
        for (int count = 0; !progress.isComplete(); count++) {
            BitSet allowed = BitSet.valueOf(progress.allowedTokens());
            assertThat(allowed.isEmpty()).as("a way on after %s", text).isFalse();
            boolean ends = allowed.get(endId) && (count >= patience || random.nextInt(30) == 0);
            int id = ends ? endId : likely(allowed, count > patience + TOKENS_MAX);
            assertThat(progress.accept(id)).isTrue();
            if (id == endId) {
                break;
            }
            text.writeBytes(tokens.get(id));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** A piece rather than a byte; when it gets late, what closes something. */
    private int likely(BitSet allowed, boolean late) {
        if (late && random.nextBoolean()) { // in free text that has to end by a mark, they close nothing
            int[] closing = "\"]}".chars().filter(allowed::get).toArray();
            if (closing.length > 0) {
                return closing[random.nextInt(closing.length)];
            }
        }
        boolean pieces = allowed.nextSetBit(256) >= 0 && allowed.nextSetBit(256) < endId && random.nextInt(4) > 0;
        int[] choice = (pieces
                        ? allowed.stream().filter(id -> id >= 256 && id < endId)
                        : allowed.stream().filter(id -> id < endId))
                .toArray();
        return choice[random.nextInt(choice.length)];
    }
}
