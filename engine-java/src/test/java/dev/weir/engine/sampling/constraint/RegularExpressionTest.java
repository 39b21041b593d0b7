package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regular expressions against those of the JDK. */
class RegularExpressionTest {

    private static final int PATTERNS = 600;
    private static final int TEXTS = 40;

    private final TestVocabulary vocabulary = new TestVocabulary(200);
    private final SplittableRandom random = new SplittableRandom(5);
    private final Writing writing = new Writing(vocabulary, random);

    @Test
    void allowsWhatTheJdkMatches() {
        int matches = 0;
        for (int i = 0; i < PATTERNS; i++) {
            String pattern = pattern(4);
            Pattern jdk = Pattern.compile(pattern);
            Constraint constraint = compile("(" + pattern + ")d"); // so that the empty text is never the only one
            for (int j = 0; j < TEXTS; j++) {
                String text = text();
                boolean expected = jdk.matcher(text).matches();
                assertThat(writing.allows(constraint, text + "d"))
                        .as("%s on %s", pattern, text)
                        .isEqualTo(expected);
                if (expected) {
                    matches++;
                    writing.assertAllowed(constraint, text + "d");
                }
            }
        }
        assertThat(matches).isGreaterThan(PATTERNS);
    }

    @Test
    void writesWhatTheJdkMatches() {
        for (int i = 0; i < PATTERNS; i++) {
            String pattern = pattern(4) + "d";
            assertThat(writing.write(compile(pattern), 30)).matches(Pattern.compile(pattern));
        }
    }

    private String pattern(int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 10)) {
            case 0 -> "a";
            case 1 -> "b";
            case 2 -> "[ac]";
            case 3 -> "[^a-b\\W]";
            case 4, 5 -> pattern(depth - 1) + pattern(depth - 1);
            case 6 -> "(" + pattern(depth - 1) + "|" + pattern(depth - 1) + ")";
            case 7 -> "(?:" + pattern(depth - 1) + ")" + "*+?".charAt(random.nextInt(3));
            case 8 -> "(" + pattern(depth - 1) + "){" + random.nextInt(2) + "," + random.nextInt(2, 4) + "}";
            default -> "(" + pattern(depth - 1) + ")??";
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(7);
        for (int i = 0; i < length; i++) {
            text.append("abc".charAt(random.nextInt(3)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "'^\\d{3}-\\d{4}$', '123-4567', true",
        "'\\d+', '12a', false",
        "'caf\u00e9', 'caf\u00e9', true",
        "'.', '\uD83D\uDE00', true",
        "'.', '\u20AC', true",
        "'[\u4e00-\u9fff]{2}', '\u4e2d\u6587', true",
        "'\\p{Lu}\\p{Ll}+', '\u00c4rger', true",
        "'\\p{Lu}\\p{Ll}+', '\u00e4rger', false",
        "'\\u{1F600}', '\uD83D\uDE00', true",
        "'\\uD83D\\uDE00', '\uD83D\uDE00', true",
        "'(?<year>\\d{4})', '2024', true",
        "'a{,3}', 'a{,3}', true",
        "'[\\]\\-x]+', ']-x', true",
        "'a|b|', 'b', true"
    })
    void readsEcmaScript(String pattern, String text, boolean allowed) {
        assertThat(writing.allows(compile(pattern), text)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "'(a)\\1', back references",
        "'\\bword', word boundaries",
        "'(?=a)b', look-ahead",
        "'(?<=a)b', look-behind",
        "'(?i)a', flags",
        "'a++', possessive",
        "'(?>a)', atomic",
        "'[[:alpha:]]', POSIX",
        "'a^b', anchors",
        "'(a', not closed",
        "'a)', without its",
        "'*a', nothing that * could repeat",
        "'[z-a]', out of order",
        "'a{3,2}', out of order",
        "'a{1000000}', bound of more than",
        "'\\', ends with a backslash",
        "'\\uD800', surrogate",
        "'\\p{Greek}', general categories",
        "'[]a', no text satisfies"
    })
    void refusesByName(String pattern, String named) {
        assertThatThrownBy(() -> compile(pattern))
                .isInstanceOf(ConstraintException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(a*)*b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*b", "(.*.*.*.*.*)b", "(x+x+)+b", "(a?){40}a{40}b"})
    void survivesWhatMakesBacktrackingExponential(String pattern) {
        Constraint.Progress progress = compile(pattern).begin();
        for (int i = 0; i < 60; i++) {
            progress.allowedTokens();
            progress.accept(pattern.startsWith("(x") ? 'x' : 'a');
        }
        assertThat(progress.accept('b')).isTrue();
    }

    private Constraint compile(String pattern) {
        return vocabulary.compiler().compile(new RegularExpression(pattern));
    }
}
