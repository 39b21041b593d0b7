package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhrasingTest {
    @Test
    void expandsEveryCombinationOnce() {
        Phrasing phrasing =
                Phrasing.of("(when|where|how|why|who|what) (do|can|may|must|shall) (i|we|they|you)( now|)?");
        List<String> forms = new ArrayList<>();
        for (Split split : Split.values()) {
            forms.addAll(phrasing.forms(split));
        }
        assertThat(forms).hasSize(6 * 5 * 4 * 2).doesNotHaveDuplicates().contains("when do i now?", "what shall you?");
    }

    @Test
    void refusesAnIntentThatCannotFillEverySplit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Phrasing.of("only one form"))
                .withMessageContaining("only one form");
    }

    @Test
    void refusesAnUnclosedAlternative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Phrasing.of("(a|b"))
                .withMessageContaining("closing bracket");
    }
}
