package dev.weir.bench.workload;

/** Counts the tokens of a text. */
public interface TokenCounter {
    /** Without a tokenizer: English text has about so many characters to a token. */
    int CHARACTERS_PER_TOKEN = 4;

    int count(String text);

    /** How it counts, for the report. */
    String method();

    /** For servers that do not lend their tokenizer. */
    static TokenCounter approximate() {
        return new TokenCounter() {
            @Override
            public int count(String text) {
                return Math.ceilDiv(text.length(), CHARACTERS_PER_TOKEN);
            }

            @Override
            public String method() {
                return "approximated as " + CHARACTERS_PER_TOKEN + " characters to a token";
            }
        };
    }
}
