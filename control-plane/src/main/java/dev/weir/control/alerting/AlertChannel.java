package dev.weir.control.alerting;

import java.io.IOException;
import java.util.List;

/** Where alerts are told. Blocking. */
public interface AlertChannel extends AutoCloseable {
    String name();

    /** Tells them all, or none. */
    void tell(List<Alert> alerts) throws IOException, InterruptedException;

    /** Nothing more is told; what is being told now is told to its end. */
    @Override
    default void close() {}
}
