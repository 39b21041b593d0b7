package dev.weir.control.evaluation.run;

import java.util.Set;

/** Keeps attempts as they come; called by many threads. */
public interface AttemptKeeper {
    /** What need not be asked again. */
    Set<Attempt.Key> done();

    void keep(Attempt attempt);
}
