package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that go away at every point of a request, in every way there is: nothing of them stays, and nobody else notices. */
class LeavingClientsTest {

    private static final String PATH = "/v1/completions";
    private static final int ROUNDS = 3;
    private static final String QUICK = "{\"prompt\":[1,2],\"max_tokens\":2}";

    private static final String STREAM =
            "{\"prompt\":[1,2,3],\"n\":4,\"max_tokens\":400,\"ignore_eos\":true,\"logprobs\":5,\"stream\":true}";
    private static final String WHOLE = STREAM.replace("\"stream\":true", "\"stream\":false");
    private static final String HEAD = "POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + STREAM.length();

    enum Manner {
        /** Ends the connection in good order. */
        CLOSE,
        /** Is killed. */
        RESET,
        /** Says that it has nothing more to say, and waits. */
        HALF_CLOSE
    }

    /** What is sent before leaving, and how many lines of an answer are read, or all: a busy server tells many tokens in one event. */
    private record Phase(String sent, int lines) {}

    /** @param round makes forms new, so that each is compiled for a client that is not there any more */
    private static List<Phase> phases(int round) {
        return List.of(
                new Phase("", 0),
                new Phase("POS", 0),
                new Phase("POST " + PATH + " HTTP/1.1\r\nho", 0),
                new Phase(HEAD, 0),
                new Phase(HEAD + "\r\n\r\n", 0),
                new Phase(HEAD + "\r\n\r\n" + STREAM.substring(0, 30), 0),
                new Phase(post(STREAM), 0),
                new Phase(post(WHOLE), 0),
                new Phase(post(form(round)), 0),
                new Phase(post("{\"prompt\":\"" + "word ".repeat(100_000) + "\"}"), 0),
                new Phase(
                        post("{\"input\":[" + "[1,2,3],".repeat(500) + "[4]]}").replace(PATH, "/v1/embeddings"), 0),
                new Phase(post(STREAM), 1),
                new Phase(post(STREAM), 20),
                new Phase(post(STREAM), 200),
                new Phase(post(STREAM).repeat(6), 20),
                new Phase(post("{\"prompt\":[1],\"max_tokens\":1}"), 5));
    }

    private static String post(String body) {
        return "POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String form(int round) {
        return "{\"prompt\":[1],\"max_tokens\":400,\"guided_regex\":\"(x{1,300}y){1," + (60 + round) + "}\"}";
    }

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private Holdings before;

    @BeforeEach
    void warmUp() throws IOException {
        for (int i = 0; i < 64; i++) {
            assertServed(QUICK);
        }
        for (int i = 0; i < 4; i++) {
            assertServed(form(ROUNDS + i));
            assertServed(QUICK.replace("{", "{\"user\":\"" + "u".repeat(Workers.LARGE_REQUEST_BYTES) + "\","));
        }
        before = Holdings.of(engine);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource
    void leaveNothingBehind(Manner manner) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (Phase phase : phases(round)) {
                leave(phase, manner);
            }
            assertServed(QUICK);
        }
        before.awaitAgain(engine);
    }

    private void leave(Phase phase, Manner manner) throws IOException {
        try (RawConnection connection = new RawConnection(engine)) {
            connection.write(phase.sent());
            connection.readStreamLines(phase.lines());
            switch (manner) {
                case CLOSE -> {}
                case RESET -> connection.reset();
                case HALF_CLOSE -> {
                    connection.halfClose();
                    readToTheEnd(connection);
                }
            }
        }
    }

    /** The server ends its side, too, with or without a last word: half closed counts as gone. */
    private static void readToTheEnd(RawConnection connection) throws IOException {
        try {
            while (true) {
                connection.readLine();
            }
        } catch (EOFException _) {
            // as it should
        }
    }

    private void assertServed(String body) throws IOException {
        try (RawConnection connection = new RawConnection(engine)) {
            assertThat(connection.post(PATH, body).read().status()).isEqualTo(200);
        }
    }
}
