package dev.weir.control.upstream;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** Server-sent events out of bytes, for those who read what is in them. */
public final class ServerSentEvents {
    private final int eventBytesMax;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private String name = "";
    private int eventBytes;

    private ServerSentEvents(int eventBytesMax) {
        this.eventBytesMax = eventBytesMax;
    }

    /**
     * One event.
     *
     * @param name of its kind, or an empty text
     */
    public record Event(String name, String data) {}

    /** The events of a stream, as they come. What follows the last blank line is no event. */
    public static Flux<Event> of(Flux<byte[]> pieces, int eventBytesMax) {
        return Flux.defer(() -> {
            ServerSentEvents events = new ServerSentEvents(eventBytesMax);
            return pieces.concatMapIterable(events::read, 1);
        });
    }

    /** The events that lie whole in these bytes. */
    public static List<Event> in(byte[] bytes) {
        return new ServerSentEvents(Integer.MAX_VALUE).read(bytes);
    }

    /** In the wire's form. */
    public static byte[] bytes(Event event) {
        String named = event.name().isEmpty() ? "" : "event: " + event.name() + "\n";
        return (named + "data: " + event.data().replace("\n", "\ndata: ") + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private List<Event> read(byte[] bytes) {
        List<Event> events = new ArrayList<>();
        for (byte b : bytes) {
            if (++eventBytes > eventBytesMax) {
                throw new UpstreamFailure(Kind.BROKEN_OFF, "it sent an event larger than " + eventBytesMax + " bytes");
            }
            if (b != '\n') {
                line.write(b);
                continue;
            }
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            take(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, events);
        }
        return events;
    }

    private void take(String text, List<Event> events) {
        if (text.isEmpty()) {
            if (!data.isEmpty()) {
                events.add(new Event(name, data.toString()));
            }
            data.setLength(0);
            name = "";
            eventBytes = 0;
        } else if (text.startsWith("data:")) {
            data.append(data.isEmpty() ? "" : "\n").append(value(text, "data:"));
        } else if (text.startsWith("event:")) {
            name = value(text, "event:");
        }
    }

    private static String value(String text, String field) {
        int from = field.length();
        return text.substring(text.startsWith(" ", from) ? from + 1 : from);
    }
}
