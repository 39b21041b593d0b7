package dev.weir.bench.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One thread that reads from all sockets of a side. Load generator and upstream share their cores with what they measure: threads for
 * each connection, and those that carry and wake them, would wait for processors beside it, and their waits would be in its figures.
 */
final class SocketLoop implements AutoCloseable {
    private static final int READ_BYTES = 64 * 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What is at the near end of a connection. Told by the loop's thread. */
    interface End {
        /**
         * Something came; all of it is taken.
         *
         * @throws IOException it cannot be read, so the connection is of no more use
         */
        void came(ByteBuffer bytes) throws IOException;

        /** Nothing more will come, and the connection is closed. */
        void over(Exception why);
    }

    /** What is to be done once. */
    private record Timer(long dueNanos, Runnable task) {}

    private final Selector selector = Selector.open();
    private final ByteBuffer read = ByteBuffer.allocateDirect(READ_BYTES);
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::dueNanos));

    SocketLoop(String name) throws IOException {
        Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /** Reads from there from now on. Any thread. */
    void reads(SocketChannel connection, End end) throws IOException {
        connection.configureBlocking(false);
        register(connection, SelectionKey.OP_READ, () -> read(connection, end));
    }

    /** Takes connections there from now on. Any thread. */
    void accepts(ServerSocketChannel server, Function<SocketChannel, End> ends) throws IOException {
        server.configureBlocking(false);
        register(server, SelectionKey.OP_ACCEPT, () -> {
            try {
                for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
                    next.socket().setTcpNoDelay(true);
                    reads(next, ends.apply(next));
                }
            } catch (IOException _) {
                // closed, or the other side has left already: whoever waits for it sees that
            }
        });
    }

    private void register(SelectableChannel channel, int interest, Runnable whenReady) throws IOException {
        channel.register(selector, interest, whenReady);
        selector.wakeup();
    }

    /** Does something then, to the millisecond. The loop's thread only. */
    void at(long dueNanos, Runnable task) {
        timers.add(new Timer(dueNanos, task));
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(SocketLoop::ready, waitMillis());
                for (Timer next = timers.peek();
                        next != null && next.dueNanos() - System.nanoTime() <= 0;
                        next = timers.peek()) {
                    timers.remove().task().run();
                }
            }
        } catch (IOException | ClosedSelectorException _) {
            // closed: the measurement is over
        }
    }

    private static void ready(SelectionKey key) {
        if (key.isValid()) {
            ((Runnable) key.attachment()).run();
        }
    }

    /** 0 is until something comes. */
    private long waitMillis() {
        Timer next = timers.peek();
        if (next == null) {
            return 0;
        }
        long nanos = next.dueNanos() - System.nanoTime();
        return Math.clamp(Math.ceilDiv(nanos, NANOS_PER_MILLI), 1, TimeUnit.MINUTES.toMillis(1));
    }

    private void read(SocketChannel connection, End end) {
        try {
            read.clear();
            if (connection.read(read) < 0) {
                throw new IOException("the connection ended");
            }
            end.came(read.flip());
        } catch (IOException | RuntimeException why) {
            close(connection);
            end.over(why);
        }
    }

    /**
     * Sends all of it at once: what is sent here is small, and who is sent it reads it. Any thread.
     *
     * @throws IOException the other side has left, or reads nothing
     */
    static void send(SocketChannel connection, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (connection.write(bytes) == 0) {
                throw new IOException("the other side reads nothing: its socket is full");
            }
        }
    }

    static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException _) {
            // it is of no more use either way
        }
    }

    /** Ends the thread. Connections are whose they are. */
    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException _) {
            // it is of no more use either way
        }
    }
}
