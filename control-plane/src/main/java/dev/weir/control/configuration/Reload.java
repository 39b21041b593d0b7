package dev.weir.control.configuration;

import java.time.Instant;
import java.util.List;

/** What became of a look at the configuration's file. */
public sealed interface Reload {

    /** It was used: from now on requests see this version. */
    record Applied(long number) implements Reload {}

    /** It says what it said before. */
    record Unchanged(long number) implements Reload {}

    /** It cannot be used, so the version before it goes on serving. */
    record Refused(Instant at, List<String> reasons) implements Reload {
        public Refused {
            reasons = List.copyOf(reasons);
        }
    }
}
