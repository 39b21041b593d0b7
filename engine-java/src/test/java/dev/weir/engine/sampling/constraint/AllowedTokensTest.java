package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.Choice;
import dev.weir.engine.sampling.constraint.ConstraintSource.Gbnf;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonObject;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import dev.weir.engine.sampling.constraint.automaton.Matcher;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mask says of each token what trying it says. */
class AllowedTokensTest {

    private static final int TEXTS = 6;
    private static final int TOKENS_MAX = 60;

    private final TestVocabulary vocabulary = new TestVocabulary(300);
    private final SplittableRandom random = new SplittableRandom(8);

    static Stream<ConstraintSource> sources() {
        return Stream.of(
                new JsonObject(),
                new Choice(List.of("yes", "no", "not sure", "naïve", "中文")),
                new RegularExpression("(a|ab)(c|bcd)*[^x]{0,70}é?"),
                new RegularExpression(".{3,9}"),
                new RegularExpression("([a-z ]{1,30},){2,40}"),
                new Gbnf("root ::= \"(\" root \")\" | [a-z]+"),
                new JsonSchema("""
                        {"type": "object", "properties": {"s": {"type": "string", "minLength": 2, "maxLength": 40},
                         "n": {"type": "number", "minimum": -1.5, "maximum": 200}, "when": {"type": "string", "format": "date"},
                         "tree": {"$ref": "#"}}, "required": ["s"]}"""));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void areThoseThatAreAccepted(ConstraintSource source) {
        Constraint constraint = vocabulary.compiler().compile(source);
        for (int text = 0; text < TEXTS; text++) {
            List<Integer> written = new ArrayList<>();
            for (Constraint.Progress progress = constraint.begin(); written.size() < TOKENS_MAX; ) {
                BitSet allowed = BitSet.valueOf(progress.allowedTokens());
                assertThat(allowed).as("after %s", written).isEqualTo(accepted(constraint, written));
                if (progress.isComplete()) {
                    break;
                }
                allowed.clear(vocabulary.endId());
                if (allowed.isEmpty()) {
                    break;
                }
                int id = allowed.stream()
                        .skip(random.nextInt(allowed.cardinality()))
                        .findFirst()
                        .orElseThrow();
                progress.accept(id);
                written.add(id);
            }
        }
    }

    /** Each token tried on a text of its own, while it is small; a sample of them later. */
    private BitSet accepted(Constraint constraint, List<Integer> written) {
        BitSet accepted = new BitSet();
        for (int id = 0; id < vocabulary.size(); id++) {
            Constraint.Progress progress = constraint.begin();
            written.forEach(progress::accept);
            if (progress.accept(id)) {
                accepted.set(id);
            }
        }
        return accepted;
    }

    @Test
    void stayWithinTheDepthThatIsAllowed() {
        ConstraintLimits defaults = ConstraintLimits.defaults();
        ConstraintLimits shallow = new ConstraintLimits(
                defaults.sourceCharsMax(),
                defaults.nestingMax(),
                defaults.subschemasMax(),
                defaults.statesMax(),
                12,
                defaults.configurationsMax(),
                defaults.compileWorkMax(),
                defaults.tokenWorkMax());
        Constraint constraint = vocabulary.compiler(shallow).compile(new Gbnf("root ::= \"(\" root \")\" | [a-z]"));
        Constraint.Progress progress = constraint.begin();
        int depth = 0;
        while (BitSet.valueOf(progress.allowedTokens()).get('(')) {
            assertThat(progress.accept('(')).isTrue();
            depth++;
        }
        assertThat(depth).isBetween(8, 12);
        assertThat(progress.accept('(')).isFalse();
        progress.accept('x');
        for (int i = 0; i < depth; i++) {
            assertThat(progress.accept(')')).isTrue();
        }
        assertThat(progress.isComplete()).isTrue();
    }

    @Test
    void mayCutACharacter() {
        Constraint constraint = vocabulary.compiler().compile(new Choice(List.of("😀", "中文")));
        byte[] text = "😀".getBytes(StandardCharsets.UTF_8);
        Constraint.Progress progress = constraint.begin();
        for (byte value : text) {
            assertThat(progress.isComplete()).isFalse();
            assertThat(progress.accept(value & 0xFF)).isTrue();
        }
        assertThat(progress.isComplete()).isTrue();
    }

    @Test
    void knowWhatFollowsInAnyCase() {
        Constraint constraint =
                vocabulary.compiler().compile(new JsonSchema("{\"const\": {\"answer\": \"forty-two\"}}"));
        Matcher matcher = (Matcher) constraint.begin();
        matcher.accept("{".getBytes(StandardCharsets.UTF_8));
        assertThat(matcher.forced()).isEmpty(); // there may be a space
        matcher.accept("\"".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(matcher.forced(), StandardCharsets.UTF_8)).isEqualTo("answer\":");
        matcher.accept("answer\":\"".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(matcher.forced(), StandardCharsets.UTF_8)).isEqualTo("forty-two\"");
        assertThat(Arrays.equals(matcher.forced(), matcher.forced())).isTrue();
    }

    @Test
    void endWhereTheTextMayEndAndMoreCanFollow() {
        Constraint.Progress progress =
                vocabulary.compiler().compile(new RegularExpression("a+")).begin();
        assertThat(progress.accept(vocabulary.endId())).isFalse();
        progress.accept('a');
        assertThat(progress.isComplete()).isFalse();
        assertThat(BitSet.valueOf(progress.allowedTokens()).get(vocabulary.endId()))
                .isTrue();
        assertThat(progress.accept(vocabulary.endId())).isTrue();
    }
}
