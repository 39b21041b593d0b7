package dev.weir.control.upstream;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import reactor.core.publisher.Flux;

/**
 * The head of an engine's answer, and its content as it comes.
 *
 * <p>Pieces of content are plain arrays, copied once out of the connection's pooled memory: they are small, and whichever way they are
 * dropped, nothing leaks.
 *
 * @param headers end-to-end headers only
 * @param content to be subscribed to once; fails with {@link UpstreamFailure} and with nothing else
 */
public record EngineAnswer(int status, HttpHeaders headers, Flux<byte[]> content) {

    /** Whether the content is a stream of server-sent events. */
    public boolean isEventStream() {
        MediaType type = headers.getContentType();
        return type != null && MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type);
    }
}
