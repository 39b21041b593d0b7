package dev.weir.control.alerting;

import java.io.IOException;
import java.util.List;

/** Where alerts are told. Blocking. */
public interface AlertChannel {
    String name();

    /** Tells them all, or none. */
    void tell(List<Alert> alerts) throws IOException, InterruptedException;
}
