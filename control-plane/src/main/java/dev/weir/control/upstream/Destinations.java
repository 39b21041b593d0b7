package dev.weir.control.upstream;

import java.net.URI;
import java.util.Set;

/** Where a request may go. */
@FunctionalInterface
public interface Destinations {

    /**
     * The best there is now, without the avoided ones.
     *
     * @throws RuntimeException what the caller is to be told where there is none
     */
    Destination next(Set<URI> avoided);
}
