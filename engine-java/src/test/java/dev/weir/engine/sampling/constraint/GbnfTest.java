package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.Gbnf;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfTest {

    private static final String SUMS = """
            # sums of products, with brackets
            root   ::= sum ("=" sum)? "\\n"
            sum    ::= product (
                         [+\\-] product   # a line within a group goes on
                       )*
            product ::= value ("*" value)*
            value  ::= number | "(" sum ")"
            number ::= [1-9] [0-9]{0,3} |
                       "0"
            """;

    private final TestVocabulary vocabulary = new TestVocabulary(200);
    private final SplittableRandom random = new SplittableRandom(6);
    private final Writing writing = new Writing(vocabulary, random);

    @ParameterizedTest
    @CsvSource({
        "1+2*3, true",
        "(1+(2-3))*44=0, true",
        "((((7)))), true",
        "1+, false",
        "01, false",
        "12345, false",
        "(1, false",
        "1), false"
    })
    void readsSums(String text, boolean allowed) {
        assertThat(writing.allows(compile(SUMS), text + "\n")).isEqualTo(allowed);
    }

    @Test
    void writesSums() {
        Constraint sums = compile(SUMS);
        for (int i = 0; i < 200; i++) {
            String text = writing.write(sums, 40);
            assertThat(text).matches("[0-9+\\-*()=]+\n");
            writing.assertAllowed(sums, text);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'root ::= [^\\n\"]+', 'a]b', true",
        "'root ::= \"\\x41\\u00e9\\U0001F600\"', 'Aé😀', true",
        "'root ::= .', '😀', true",
        "'root ::= .', '\n', true",
        "'root ::= [a-]', '-', true",
        "'root ::= \"a\"{2}', 'aa', true",
        "'root ::= \"a\"{2}', 'aaa', false",
        "'root ::= \"a\"{2,}', 'aaaaa', true",
        "'root ::= (\"a\" | \"b\")+ \"c\"?', 'abbac', true",
        "'root ::= a-b c_d\na-b ::= \"x\"\r\nc_d ::= \"y\" | \"z\"', 'xz', true"
    })
    void readsTheNotation(String grammar, String text, boolean allowed) {
        assertThat(writing.allows(compile(grammar), text)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "'root ::= other', '\"other\" is not defined'",
        "'start ::= \"a\"', '\"root\" is not defined'",
        "'root ::= \"a\nb\"\nroot ::= \"c\"', 'defined twice'",
        "'root ::= root \"a\" | \"b\"', 'left recursion'",
        "'root ::= a\na ::= b? a\nb ::= \"x\"', 'no text satisfies'",
        "'root ::= \"a', 'line 1: a literal is not closed'",
        "'root ::= [a', 'a character class is not closed'",
        "'root ::= (\"a\"', 'line 1'",
        "'root = \"a\"', '\"::=\" is missing'",
        "'root ::= \"a\" <token>', 'tokens in grammars'",
        "'root ::= \"\\q\"', 'escape'",
        "'root ::= \"\"', 'only the empty text'",
        "'root ::= e{0,99}\ne ::= \"a\"?', 'may be empty'"
    })
    void refusesByName(String grammar, String named) {
        assertThatThrownBy(() -> compile(grammar))
                .isInstanceOf(ConstraintException.class)
                .hasMessageContaining(named);
    }

    private Constraint compile(String grammar) {
        return vocabulary.compiler().compile(new Gbnf(grammar));
    }
}
