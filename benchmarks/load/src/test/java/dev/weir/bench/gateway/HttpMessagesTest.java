package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpMessagesTest {
    private static final String MESSAGES = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole"
            + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\nb\r\nthe\r\nsecond\r\n0\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\n\r\n";

    @Test
    void messagesAreTheSameInWhateverPiecesTheyCome() throws Exception {
        for (int size = 1; size <= MESSAGES.length(); size++) {
            Told told = new Told();
            HttpMessages messages = new HttpMessages(told);
            for (int at = 0; at < MESSAGES.length(); at += size) {
                messages.take(bytes(MESSAGES.substring(at, Math.min(at + size, MESSAGES.length()))));
            }
            assertThat(told.all)
                    .as("in pieces of %d", size)
                    .containsExactly("200", "whole", "end", "200", "one", "the\r\nsecond", "end", "204", "end");
        }
    }

    @Test
    void aLengthThatIsNoNumberIsNamed() {
        for (String wrong : List.of(
                "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n")) {
            assertThatThrownBy(() -> new HttpMessages(new Told()).take(bytes(wrong)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("many");
        }
    }

    @Test
    void aHeadWithoutAnEndIsRefused() {
        assertThatThrownBy(() -> new HttpMessages(new Told()).take(bytes("x".repeat(20_000))))
                .hasMessageContaining("a head is longer than 16384 bytes");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static final class Told implements HttpMessages.Taker {
        private final List<String> all = new ArrayList<>();

        @Override
        public void head(HttpHead head) {
            all.add(Integer.toString(head.status()));
        }

        @Override
        public void content(String content) {
            all.add(content);
        }

        @Override
        public void end() {
            all.add("end");
        }
    }
}
