package dev.weir.control.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before a server and passes everything on, until it falls silent: then the server is still asked, but nobody hears its answers before the relay
 * speaks again.
 */
public final class SilentRelay implements AutoCloseable {
    private static final int BYTES_AT_ONCE = 1 << 16;

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int target;
    private boolean silent;
    private volatile boolean away;

    public SilentRelay(int targetPort) throws IOException {
        this.target = targetPort;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public synchronized void fallSilent() {
        silent = true;
    }

    /** What was held back comes now. */
    public synchronized void speak() {
        silent = false;
        notifyAll();
    }

    /** Whoever is connected is so no longer, and nobody is again before it comes back. */
    public void goAway() throws IOException {
        away = true;
        disconnect();
    }

    public void comeBack() {
        away = false;
    }

    private void disconnect() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private synchronized void awaitWord() throws InterruptedException {
        while (silent) {
            wait();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                if (away) {
                    client.close();
                    continue;
                }
                sockets.add(client);
                Thread.ofVirtual().start(() -> relay(client));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void relay(Socket client) {
        try (client;
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
            sockets.add(upstream);
            Thread.ofVirtual().start(() -> {
                try {
                    client.getInputStream().transferTo(upstream.getOutputStream());
                    upstream.shutdownOutput();
                } catch (IOException _) {
                    // The other direction ends with it.
                }
            });
            InputStream answers = upstream.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] bytes = new byte[BYTES_AT_ONCE];
            for (int count = answers.read(bytes); count >= 0; count = answers.read(bytes)) {
                awaitWord();
                out.write(bytes, 0, count);
                out.flush();
            }
        } catch (IOException _) {
            // Whoever is connected sees it.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        disconnect();
    }
}
