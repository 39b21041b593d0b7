package dev.weir.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Stands before a server, and passes what it answers on a while later. */
final class SlowRelay implements AutoCloseable {
    private static final int BYTES_AT_ONCE = 1 << 16;

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final URI target;
    private volatile Duration delay;

    SlowRelay(URI target, Duration delay) throws IOException {
        this.target = target;
        this.delay = delay;
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
        try (client;
                Socket upstream = new Socket(target.getHost(), target.getPort())) {
            sockets.add(upstream);
            Thread.ofVirtual().start(() -> {
                try {
                    pass(client.getInputStream(), upstream.getOutputStream(), () -> Duration.ZERO);
                    upstream.shutdownOutput();
                } catch (IOException _) {
                    // The other direction ends with it.
                }
            });
            pass(upstream.getInputStream(), client.getOutputStream(), () -> delay);
        } catch (IOException _) {
            // Whoever is connected sees it.
        } finally {
            sockets.remove(client);
        }
    }

    private static void pass(InputStream from, OutputStream to, Supplier<Duration> later) throws IOException {
        byte[] bytes = new byte[BYTES_AT_ONCE];
        for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
            LockSupport.parkNanos(later.get().toNanos());
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
