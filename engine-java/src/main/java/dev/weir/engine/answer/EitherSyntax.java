package dev.weir.engine.answer;

import org.jspecify.annotations.Nullable;

/** Two ways of one format, told apart by the first character that is no white space. */
final class EitherSyntax implements CallSyntax {

    private final char sign;
    private final CallSyntax withSign;
    private final CallSyntax without;
    private @Nullable CallSyntax chosen;

    EitherSyntax(char sign, CallSyntax withSign, CallSyntax without) {
        this.sign = sign;
        this.withSign = withSign;
        this.without = without;
    }

    @Override
    public Reading read(char character) {
        if (chosen == null) {
            if (Character.isWhitespace(character)) {
                return Reading.HELD;
            }
            chosen = character == sign ? withSign : without;
        }
        return chosen.read(character);
    }

    @Override
    public boolean finish() {
        return chosen != null && chosen.finish();
    }
}
