package dev.weir.engine.http;

import static dev.weir.engine.http.ConcurrentStreamsTest.await;
import static dev.weir.engine.http.ConcurrentStreamsTest.awaitNoBlocksOwned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that read or write as slowly as they can: each costs its own time and no more, and that has a limit. */
class SlowClientsTest {

    private static final String PATH = "/v1/completions";
    private static final String QUICK = "{\"prompt\":[1,2],\"max_tokens\":2,\"seed\":1}";
    private static final Duration READ_MAX = Duration.ofSeconds(3);
    private static final Duration WRITE_STALL_MAX = Duration.ofSeconds(3);

    /** Far more than the buffers of two sockets hold. */
    private static final long UNREAD_BYTES_MAX = 48L << 20;

    private static final int WRITERS = 100;

    private final TestEngine engine = TestEngine.start(
            TestLimits.impatient(READ_MAX, WRITE_STALL_MAX), OptionalLong.empty(), TestModels.TINY_LLAMA);
    private Holdings before;

    @BeforeEach
    void warmUp() throws IOException {
        for (int i = 0; i < 64; i++) {
            assertServed();
        }
        before = Holdings.of(engine);
    }

    @AfterEach
    void nothingStays() {
        before.awaitAgain(engine);
        engine.close();
    }

    private void assertServed() throws IOException {
        try (RawConnection connection = new RawConnection(engine)) {
            assertThat(connection.post(PATH, QUICK).read().status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamThatNobodyReadsIsCutAndItsBlocksComeFree() throws IOException {
        try (SocketChannel lazy = connect()) {
            String body =
                    "{\"prompt\":[[1],[2],[3],[4],[5],[6],[7],[8]],\"n\":16,\"max_tokens\":500,\"ignore_eos\":true,"
                            + "\"stream\":true,\"logprobs\":20}";
            lazy.write(bytes(
                    "POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + body.length() + "\r\n\r\n" + body));
            await(() -> engine.ownedBlocks() > 0);
            assertServed();
            awaitNoBlocksOwned(engine);
            assertThat(readAll(lazy)).startsWith("HTTP/1.1 200").doesNotContain("[DONE]");
        }
    }

    /** Without reading a byte, a client asks and asks: the server stops reading it, and cuts it. */
    @Test
    void answersThatNobodyReadsDoNotPileUp() throws IOException {
        ByteBuffer ask = bytes("GET /metrics HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(1000) + "\r\n\r\n");
        try (SocketChannel lazy = connect()) {
            assertThatThrownBy(() -> {
                        for (long written = 0;
                                written < UNREAD_BYTES_MAX;
                                written += ask.rewind().remaining()) {
                            while (ask.hasRemaining()) {
                                lazy.write(ask); // waits where the server does not read
                            }
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertServed();
    }

    @Test
    void headsThatComeByteByByteAreTimedOut() throws IOException {
        assertTimedOut("GET /health HTTP/1.1\r\nhost: a\r\nx: ", "y");
    }

    @Test
    void requestLinesThatComeByteByByteAreTimedOut() throws IOException {
        assertTimedOut("G", "E");
    }

    @Test
    void bodiesThatComeByteByByteAreTimedOut() throws IOException {
        assertTimedOut("POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n", "{");
    }

    private void assertTimedOut(String beginning, String drop) throws IOException {
        List<RawConnection> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new RawConnection(engine).write(beginning));
        }
        assertServed();
        for (RawConnection writer : writers) {
            while (!writer.hasAnswer()) {
                writer.write(drop);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // as slowly as it likes
            }
            assertThat(writer.read().status()).isEqualTo(408);
            writer.close();
        }
    }

    /** With so small a buffer that what it does not read soon stays with the server. */
    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 << 10);
        channel.connect(engine.address());
        return channel;
    }

    /** What had come before the connection was cut. */
    private static String readAll(SocketChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
