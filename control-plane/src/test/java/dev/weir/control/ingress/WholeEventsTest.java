package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class WholeEventsTest {
    private static final int EVENT_BYTES_MAX = 64;

    @Test
    void wholePiecesPassAsTheyAre() {
        byte[] piece = "data: 1\n\ndata: 2\n\n".getBytes(UTF_8);
        assertThat(WholeEvents.of(Flux.just(piece), EVENT_BYTES_MAX)
                        .collectList()
                        .block())
                .containsExactly(piece);
    }

    @Test
    void aPartOfAnEventWaitsForItsEnd() {
        assertThat(cut("data: 1\n\nda", "ta: 2\n", "\ndata: 3\n\n"))
                .containsExactly("data: 1\n\n", "data: 2\n\ndata: 3\n\n");
    }

    @Test
    void carriageReturnsEndEventsToo() {
        assertThat(cut("data: 1\r\n\r", "\nda", "ta: 2\r\n\r\n")).containsExactly("data: 1\r\n\r\n", "data: 2\r\n\r\n");
    }

    @Test
    void whatFollowsTheLastEventIsNotLost() {
        assertThat(cut("data: 1\n\n: bye")).containsExactly("data: 1\n\n", ": bye");
    }

    @Test
    void anEventThatNeverEndsIsRefusedAtItsLimit() {
        assertThatThrownBy(() -> cut("x".repeat(40), "x".repeat(40))).hasMessageContaining("64 bytes");
    }

    @Test
    void anyCutGivesTheSameBytesAndOnlyWholeEvents() {
        String all = "data: {\"a\":1}\n\n: beat\n\nevent: x\r\ndata: é\r\n\r\ndata: [DONE]\n\n";
        SplittableRandom random = new SplittableRandom(20261121);
        for (int round = 0; round < 2_000; round++) {
            List<byte[]> pieces = new ArrayList<>();
            byte[] bytes = all.getBytes(UTF_8);
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + random.nextInt(1, 20));
                pieces.add(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            List<String> events = texts(Flux.fromIterable(pieces));
            assertThat(String.join("", events)).isEqualTo(all);
            assertThat(events).allMatch(event -> event.endsWith("\n\n") || event.endsWith("\r\n\r\n"));
        }
    }

    private static List<String> cut(String... pieces) {
        return texts(Flux.just(pieces).map(piece -> piece.getBytes(UTF_8)));
    }

    private static List<String> texts(Flux<byte[]> pieces) {
        return WholeEvents.of(pieces, EVENT_BYTES_MAX)
                .map(piece -> new String(piece, UTF_8))
                .toStream()
                .toList();
    }
}
