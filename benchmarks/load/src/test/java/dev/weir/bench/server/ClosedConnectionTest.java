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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClosedConnectionTest {
    private static final String EVENTS = HttpScript.chunk("word") + "data: [DONE]\n\n";
    private static final String LENGTH = "content-length: ";

    @Test
    void aKeptConnectionThatIsClosedAsItIsUsedAgainIsNoFailure() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
                LiveTimeline timeline = new LiveTimeline()) {
            CompletableFuture<Void> server =
                    CompletableFuture.runAsync(() -> serve(socket), Thread::startVirtualThread);
            Target target = Target.of("http://127.0.0.1:" + socket.getLocalPort(), Optional.empty());
            CallOptions options = new CallOptions("tiny", Endpoint.CHAT, true, 0, Duration.ofSeconds(30));
            try (HttpCompletionClient client = new HttpCompletionClient(target, options, timeline)) {
                assertThat(ask(client)).isInstanceOf(Answer.Completed.class);
                assertThat(ask(client)).isInstanceOf(Answer.Completed.class);
            }
            server.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private static Answer ask(HttpCompletionClient client) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        client.ask(new Call(List.of(new Message("user", "hello")), 5), answer::complete);
        return answer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Answers once, takes the second request on the same connection and closes it, and answers on the next one. */
    private static void serve(ServerSocket socket) {
        try {
            try (Socket first = socket.accept()) {
                InputStream in = new BufferedInputStream(first.getInputStream());
                read(in);
                answer(first);
                read(in);
            }
            try (Socket second = socket.accept()) {
                read(new BufferedInputStream(second.getInputStream()));
                answer(second);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
