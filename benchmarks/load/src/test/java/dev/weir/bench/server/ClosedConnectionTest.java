package dev.weir.bench.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.Call;
import dev.weir.bench.load.LiveTimeline;
import dev.weir.bench.workload.Message;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClosedConnectionTest {
    private static final String EVENTS = HttpScript.chunk("word") + "data: [DONE]\n\n";
    private static final String LENGTH = "content-length: ";

    /** A connection goes back to the client's pool a moment after its answer is complete, so that some requests find none to use again. */
    private static final int REQUESTS_MAX = 1_000;

    private final AtomicInteger closedAsUsedAgain = new AtomicInteger();

    @Test
    void aKeptConnectionThatIsClosedAsItIsUsedAgainIsNoFailure() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
                LiveTimeline timeline = new LiveTimeline()) {
            Thread.startVirtualThread(() -> serve(socket));
            Target target = Target.of("http://127.0.0.1:" + socket.getLocalPort(), Optional.empty());
            CallOptions options = new CallOptions("tiny", Endpoint.CHAT, true, 0, Duration.ofSeconds(30));
            try (HttpCompletionClient client = new HttpCompletionClient(target, options, timeline)) {
                for (int asked = 0; asked < REQUESTS_MAX && closedAsUsedAgain.get() == 0; asked++) {
                    assertThat(ask(client)).isInstanceOf(Answer.Completed.class);
                }
            }
        }
        assertThat(closedAsUsedAgain).hasPositiveValue();
    }

    private static Answer ask(HttpCompletionClient client) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        client.ask(new Call(List.of(new Message("user", "hello")), 5), answer::complete);
        return answer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void serve(ServerSocket socket) {
        try {
            while (true) {
                Socket connection = socket.accept();
                Thread.startVirtualThread(() -> answerOnce(connection));
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    /** Answers one request, takes the second and closes the connection without a word. */
    private void answerOnce(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            read(in);
            answer(connection);
            read(in);
            closedAsUsedAgain.incrementAndGet();
        } catch (IOException _) {
            // The client has no more to ask here.
        }
    }

    private static void read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the client closed the connection");
            }
            head.write(next);
        }
        String length = head.toString(US_ASCII)
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(LENGTH))
                .findFirst()
                .orElseThrow();
        in.readNBytes(Integer.parseInt(length.substring(LENGTH.length()).strip()));
    }

    private static void answer(Socket socket) throws IOException {
        String answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + EVENTS.length()
                + "\r\n\r\n" + EVENTS;
        socket.getOutputStream().write(answer.getBytes(US_ASCII));
        socket.getOutputStream().flush();
    }
}
