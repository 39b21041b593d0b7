package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.Choice;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Constraints that were written to hurt: each is refused by name, or served like any other, and soon. */
@Timeout(20)
class HostileConstraintTest {

    private final TestVocabulary vocabulary = new TestVocabulary(300);

    @ParameterizedTest
    @MethodSource("dev.weir.engine.sampling.constraint.HostileSources#all")
    void isRefusedOrServed(ConstraintSource source) {
        SplittableRandom random = new SplittableRandom(2);
        try {
            Constraint.Progress progress = vocabulary.compiler().compile(source).begin();
            for (int i = 0; i < 80 && !progress.isComplete(); i++) {
                BitSet allowed = BitSet.valueOf(progress.allowedTokens());
                assertThat(allowed.isEmpty()).isFalse();
                int id = allowed.stream()
                        .skip(random.nextInt(allowed.cardinality()))
                        .findFirst()
                        .orElseThrow();
                assertThat(progress.accept(id)).isTrue();
            }
        } catch (ConstraintException refusal) {
            assertThat(refusal.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }

    @Test
    void manyChoicesAreServed() {
        Choice choice = new Choice(
                IntStream.range(0, 5_000).mapToObj(i -> "choice number " + i).toList());
        Constraint.Progress progress = vocabulary.compiler().compile(choice).begin();
        for (char c : "choice number 4321".toCharArray()) {
            assertThat(BitSet.valueOf(progress.allowedTokens()).get(c)).isTrue();
            assertThat(progress.accept(c)).isTrue();
        }
        assertThat(progress.isComplete()).isTrue();
    }

    @Test
    void aLongSourceIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> vocabulary.compiler().compile(new JsonSchema("x".repeat(1 << 20))))
                .isInstanceOf(ConstraintException.class)
                .hasMessageContaining("sourceCharsMax");
    }
}
