package dev.weir.control.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class JudgeVersionTest {
    private static final JudgeVersion BEFORE = new JudgeVersion("org/m", "0123456789ab", null);
    private static final JudgeVersion NOW = new JudgeVersion("org/m", "0123456789ab", "m@1f0c3a9be2d4+q8_0");

    @Test
    void whatWasWrittenDownIsReadAgainWithWeightsAndWithout() {
        assertThat(JudgeVersion.parse("org/m@0123456789ab")).hasValue(BEFORE);
        assertThat(JudgeVersion.parse(NOW.toString())).hasValue(NOW);
        JudgeVersion pinnedName = new JudgeVersion("m@1f0c3a9be2d4", "0123456789ab", "m@1f0c3a9be2d4");
        assertThat(JudgeVersion.parse(pinnedName.toString())).hasValue(pinnedName);
        assertThat(JudgeVersion.parse("somebody")).isEmpty();
    }

    @Test
    void onlyWhatIsKnownOfBothCanTellThemApart() {
        assertThat(BEFORE.agreesWith(NOW)).isTrue();
        assertThat(NOW.agreesWith(new JudgeVersion("org/m", "0123456789ab", "m@2")))
                .isFalse();
        assertThat(NOW.agreesWith(new JudgeVersion("org/m", "ba9876543210", "m@1f0c3a9be2d4+q8_0")))
                .isFalse();
        assertThat(JudgeVersion.agree("j@1", "j@1")).isTrue();
        assertThat(JudgeVersion.agree("j@1", "j@2")).isFalse();
    }

    @Test
    void longVersionsOfWeightsGoByTheirHash() {
        String one = JudgeVersion.of("m", "told", Optional.of("x".repeat(100))).toString();
        assertThat(one).matches("m@[0-9a-f]{12}/[0-9a-f]{12}");
        assertThat(one)
                .isNotEqualTo(JudgeVersion.of("m", "told", Optional.of("x".repeat(101)))
                        .toString());
    }
}
