package dev.weir.control.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Where a request may go. */
@FunctionalInterface
public interface Destinations {

    /**
     * The best there is now, without the avoided ones.
     *
     * @throws RuntimeException what the caller is to be told where there is none; an {@link UpstreamFailure} where it is for want of room
     */
    Destination next(Set<URI> avoided);

    /** How long the first may take to begin until a second is asked beside it; empty where none is to be. */
    default Optional<Duration> hedgeAfter() {
        return Optional.empty();
    }

    /** The one to ask beside the first; empty where there is none, or one more would be one too many. */
    default Optional<Destination> beside(URI first) {
        return Optional.empty();
    }

    /** Somebody outside who takes the request when there is no room here, without those tried; empty where it may not leave. */
    default Mono<Destination> outside(Set<URI> tried) {
        return Mono.empty();
    }
}
