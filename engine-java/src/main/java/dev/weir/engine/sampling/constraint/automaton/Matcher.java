package dev.weir.engine.sampling.constraint.automaton;

import dev.weir.engine.request.Constraint;
import java.io.ByteArrayOutputStream;

/** One text while it is written. Small, and confined to one thread. */
public final class Matcher implements Constraint.Progress {

    private static final int FORCED_BYTES_MAX = 4_096;

    private final CompiledGrammar grammar;
    private Configuration at;

    Matcher(CompiledGrammar grammar, Configuration start) {
        this.grammar = grammar;
        at = start;
    }

    @Override
    public long[] allowedTokens() {
        return grammar.mask(at);
    }

    /** Goes on after a token; one that ends the answer is no text and changes nothing. */
    @Override
    public boolean accept(int tokenId) {
        return grammar.isEnd(tokenId) ? mayEnd() : accept(grammar.tokenBytes(tokenId));
    }

    /** Goes on after bytes, however they were cut into tokens; false where they are not allowed, and then nothing changes. */
    public boolean accept(byte[] bytes) {
        Configuration next = grammar.advance(at, bytes);
        if (bytes.length == 0 || next.isDead()) {
            return false;
        }
        at = next;
        return true;
    }

    /** Whether the text may end here. */
    public boolean mayEnd() {
        return at.mayEnd();
    }

    @Override
    public boolean isComplete() {
        return at.mayEnd() && !at.canGoOn();
    }

    /** The bytes that follow in any case, as far as there is no choice. */
    public byte[] forced() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Configuration here = at;
        while (!here.mayEnd() && here.live().size() == 1 && bytes.size() < FORCED_BYTES_MAX) {
            byte next = (byte) here.live().first();
            bytes.write(next);
            here = grammar.advance(here, new byte[] {next});
        }
        return bytes.toByteArray();
    }
}
