package dev.weir.control.upstream;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import reactor.core.publisher.Flux;

/**
 * The head of an answer, and its content as it comes.
 *
 * @param from who began it
 * @param headers end-to-end headers only
 * @param content to be subscribed to once; fails with {@link UpstreamFailure} and with nothing else
 */
public record EngineAnswer(String from, int status, HttpHeaders headers, Flux<byte[]> content) {

    /** Whether the content is a stream of server-sent events. */
    public boolean isEventStream() {
        MediaType type = headers.getContentType();
        return type != null && MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type);
    }
}
