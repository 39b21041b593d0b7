package dev.weir.engine.tokenization;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8AssemblerTest {

    @ParameterizedTest
    @CsvSource({
        "F0 9F 98, 1", // begun and never finished
        "F0 9F 41, 1", // broken off by another character
        "C0 AF, 2", // overlong
        "E0 80 80, 3", // overlong
        "ED A0 80, 3", // half a surrogate pair
        "F4 90 80 80, 4", // beyond the last code point
        "F5 80, 2",
        "80 80, 2",
        "E2 82 E2 82 AC, 1",
        "FF FE, 2"
    })
    void replacesEachLongestInvalidRunOnce(String hex, int replacements) {
        assertThat(assembled(bytes(hex)).chars().filter(c -> c == 0xFFFD)).hasSize(replacements);
    }

    @Test
    void agreesWithTheJdkOnEveryCharacter() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                all.appendCodePoint(c);
            }
        }
        String text = all.toString();
        assertThat(assembled(text.getBytes(UTF_8)).equals(text)).isTrue();
    }

    private static String assembled(byte[] bytes) {
        Utf8Assembler assembler = new Utf8Assembler();
        StringBuilder out = new StringBuilder();
        for (byte next : bytes) {
            assembler.append(next, out);
        }
        assembler.flush(out);
        return out.toString();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex);
    }
}
