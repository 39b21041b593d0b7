package dev.weir.control.upstream;

import dev.weir.control.upstream.ServerSentEvents.Event;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.util.List;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A stream of OpenAI's, which needs no translation: it is whole with {@code [DONE]}, and with nothing else. */
final class OpenAiStream {
    private boolean done;

    private OpenAiStream() {}

    static Flux<byte[]> chunks(Flux<Event> events) {
        return Flux.defer(() -> {
            OpenAiStream stream = new OpenAiStream();
            return events.concatMapIterable(stream::read, 1).concatWith(Flux.defer(stream::end));
        });
    }

    private List<byte[]> read(Event event) {
        if (event.data().startsWith("[DONE]")) {
            done = true;
        } else if (event.data().startsWith("{\"error\"")) {
            JsonNode error = JsonMapper.shared().readTree(event.data()).path("error");
            throw new UpstreamFailure(
                    Kind.BROKEN_OFF,
                    "it ended its answer with " + error.path("type").asString("an error"));
        }
        return List.of(ServerSentEvents.bytes(event));
    }

    private Flux<byte[]> end() {
        return done
                ? Flux.empty()
                : Flux.error(new UpstreamFailure(Kind.BROKEN_OFF, "it ended its answer before the answer was whole"));
    }
}
