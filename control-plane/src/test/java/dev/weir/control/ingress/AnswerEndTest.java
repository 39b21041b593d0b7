package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.Usage;
import org.junit.jupiter.api.Test;

class AnswerEndTest {
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":5}}\n\n";

    private final AnswerEnd end = new AnswerEnd();

    @Test
    void whatAnAnswerTookIsReadAtItsEnd() {
        assertThat(end.usage()).isEmpty();
        for (int i = 0; i < 100; i++) {
            pass("data: {\"choices\":[{\"text\":\"" + "x".repeat(100) + "\"}]}\n\n");
        }
        assertThat(end.usage()).isEmpty();
        pass(USAGE);
        pass(": told\n\n");
        pass("data: [DONE]\n\n");
        assertThat(end.usage()).contains(new Usage(70, 0, 5));
    }

    @Test
    void inWhateverPiecesItComes() {
        USAGE.chars().forEach(c -> pass(Character.toString(c)));
        assertThat(end.usage()).contains(new Usage(70, 0, 5));
        pass("x".repeat(10_000));
        assertThat(end.usage()).as("no longer at the end").isEmpty();
    }

    private void pass(String piece) {
        end.passed(piece.getBytes(UTF_8));
    }
}
