package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of megabytes, as many as would keep every worker busy for seconds: small ones pass by. */
class LargeRequestsTest {

    private static final String PATH = "/v1/completions";
    private static final int LARGE = 24;
    private static final String SMALL = "{\"prompt\":\"hello\",\"max_tokens\":2}";

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void smallRequestsDoNotWaitForLargeOnes() throws IOException {
        String large = "{\"prompt\":\"" + "word ".repeat(1 << 18) + "\"}";
        List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < LARGE; i++) {
            connections.add(new RawConnection(engine).post(PATH, large));
        }
        try (RawConnection quick = new RawConnection(engine)) {
            for (int i = 0; i < 20; i++) {
                assertThat(quick.post(PATH, SMALL).read().status()).isEqualTo(200);
            }
        }
        int answered = 0;
        for (RawConnection connection : connections) {
            answered += connection.hasAnswer() ? 1 : 0;
            connection.close(); // those that nobody waits for are not prepared
        }
        assertThat(answered).as("of the large ones, before the small ones").isLessThan(LARGE);
        ConcurrentStreamsTest.awaitNoBlocksOwned(engine);
    }
}
