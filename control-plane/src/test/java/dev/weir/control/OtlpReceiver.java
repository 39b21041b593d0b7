package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A collector of spans that speaks OTLP over HTTP, as far as a test needs to read it. */
final class OtlpReceiver implements AutoCloseable {

    /** A span; attributes as texts. */
    record Span(
            String traceId,
            String spanId,
            String parentId,
            String name,
            long startNanos,
            long endNanos,
            Map<String, String> attributes) {}

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            read(new Message(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    private void read(Message request) {
        for (Message resource : request.messages(1)) {
            for (Message scope : resource.messages(2)) {
                for (Message span : scope.messages(2)) {
                    Map<String, String> attributes = new HashMap<>();
                    span.messages(9)
                            .forEach(one -> attributes.put(
                                    one.text(1), one.messages(2).getFirst().value()));
                    spans.add(new Span(
                            span.hex(1),
                            span.hex(2),
                            span.hex(4),
                            span.text(5),
                            span.fixed(7),
                            span.fixed(8),
                            attributes));
                }
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** A protobuf message: its fields by number, as they lie on the wire. */
    private static final class Message {
        private final Map<Integer, List<Object>> fields = new HashMap<>();
        private final byte[] bytes;
        private int at;

        Message(byte[] bytes) {
            this.bytes = bytes;
            while (at < bytes.length) {
                long key = varint();
                Object value = switch ((int) (key & 7)) {
                    case 0 -> varint();
                    case 1 -> take(8);
                    case 2 -> take((int) varint());
                    case 5 -> take(4);
                    default -> throw new IllegalArgumentException("no wire type: " + (key & 7));
                };
                fields.computeIfAbsent((int) (key >>> 3), _ -> new ArrayList<>())
                        .add(value);
            }
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        private byte[] take(int count) {
            byte[] taken = Arrays.copyOfRange(bytes, at, at + count);
            at += count;
            return taken;
        }

        private @Nullable Object first(int field) {
            List<Object> all = fields.get(field);
            return all == null ? null : all.getFirst();
        }

        List<Message> messages(int field) {
            return fields.getOrDefault(field, List.of()).stream()
                    .map(value -> new Message((byte[]) value))
                    .toList();
        }

        String text(int field) {
            return first(field) instanceof byte[] text ? new String(text, UTF_8) : "";
        }

        String hex(int field) {
            return first(field) instanceof byte[] id ? HexFormat.of().formatHex(id) : "";
        }

        /** A number of eight bytes. */
        long fixed(int field) {
            return first(field) instanceof byte[] number
                    ? ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).getLong()
                    : 0;
        }

        /** Of an attribute: a text, or a number as it is written. */
        String value() {
            return first(1) == null ? String.valueOf(first(3)) : text(1);
        }
    }
}
