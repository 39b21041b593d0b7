package dev.weir.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands before a server, and passes what it answers to a POST on a while later. Whoever only asks how the server is hears so at once: it is slow, not
 * away.
 */
final class SlowRelay implements AutoCloseable {
    private static final int BYTES_AT_ONCE = 1 << 16;
    private static final byte[] POST = "POST ".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final URI target;
    private volatile Duration delay = Duration.ZERO;

    SlowRelay(URI target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    /** From now on, so much later. */
    void delay(Duration later) {
        delay = later;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> relay(client));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void relay(Socket client) {
        AtomicBoolean posted = new AtomicBoolean();
        try (client;
                Socket upstream = new Socket(target.getHost(), target.getPort())) {
            sockets.add(upstream);
            Thread.ofVirtual().start(() -> {
                try {
                    pass(client.getInputStream(), upstream.getOutputStream(), (bytes, count) -> {
                        if (count >= POST.length && Arrays.equals(bytes, 0, POST.length, POST, 0, POST.length)) {
                            posted.set(true);
                        }
                    });
                    upstream.shutdownOutput();
                } catch (IOException _) {
                    // The other direction ends with it.
                }
            });
            pass(upstream.getInputStream(), client.getOutputStream(), (_, _) -> {
                if (posted.getAndSet(false)) {
                    LockSupport.parkNanos(delay.toNanos());
                }
            });
        } catch (IOException _) {
            // Whoever is connected sees it.
        } finally {
            sockets.remove(client);
        }
    }

    /** Sees what is passed on before it is. */
    private interface Watch {
        void sees(byte[] bytes, int count);
    }

    private static void pass(InputStream from, OutputStream to, Watch watch) throws IOException {
        byte[] bytes = new byte[BYTES_AT_ONCE];
        for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
            watch.sees(bytes, count);
            to.write(bytes, 0, count);
            to.flush();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
