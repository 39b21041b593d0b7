package dev.weir.control.alerting;

import java.time.Instant;
import java.util.List;

/** Looks for one kind of trouble. Blocking. */
@FunctionalInterface
public interface Watch {
    /** What is wrong now; what was and is no longer named is over. */
    List<Alert> wrong(Instant now);
}
