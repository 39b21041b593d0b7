package dev.weir.control.upstream;

import dev.weir.control.completion.EngineTimes;
import java.time.Duration;

/** Where a request is sent to. Whoever sends it there tells what became of it. */
public interface Destination extends AutoCloseable {

    Peer peer();

    /** It began to answer, this long after it was asked. */
    void answered(Duration after);

    /** A piece of its answer came. */
    default void passed(byte[] piece) {}

    /** It said what its time went into. */
    default void took(EngineTimes times) {}

    /** It has no room for the request now. */
    default void busy(int status) {}

    /** It failed the request. */
    void failed(UpstreamFailure failure);

    /** The request is no longer there, however it ended. Closing twice is closing once. */
    @Override
    void close();
}
