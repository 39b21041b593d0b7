package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.fleet.ServedModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadyMessageTest {

    @Test
    void itSaysWhereWhatAndWhatToTypeNext() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ReadyMessage(
                        "http://127.0.0.1:8080",
                        List.of(ServedModel.ready("a"), ServedModel.ready("b")),
                        new StartTime(Duration.ofMillis(3_210)),
                        new StartTime(Duration.ofMillis(3_480)),
                        true)
                .printTo(new PrintStream(out, true, UTF_8));
        assertThat(out.toString(UTF_8))
                .contains("Weir is ready at http://127.0.0.1:8080/v1, 3.2 s after the command.")
                .contains("First token, through the whole path: 3.5 s after the command.")
                .contains("Models: a, b")
                .contains("Look at it in a browser: http://127.0.0.1:8080/ui, where $WEIR_API_KEY signs you in")
                .contains("curl -N http://127.0.0.1:8080/v1/chat/completions")
                .contains("-H \"authorization: Bearer $WEIR_API_KEY\"")
                .contains("\"model\": \"a\"");
    }

    @Test
    void whereNobodyIsAskedItShowsNoKey() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StartTime time = new StartTime(Duration.ofMillis(1));
        new ReadyMessage("http://127.0.0.1:8080", List.of(ServedModel.ready("a")), time, time, false)
                .printTo(new PrintStream(out, true, UTF_8));
        assertThat(out.toString(UTF_8)).contains("curl -N").doesNotContain("authorization");
    }
}
