package dev.weir.control.fleet;

import java.time.Duration;

/** What to do about an engine that has exited. Pure: the same life and death always have the same consequence. */
final class RestartPolicy {
    /** An engine that exits with this has been started wrongly and would exit so again. */
    private static final int CONFIGURATION_ERROR = 2;

    /** Exit codes from here on are a signal's number and this. */
    private static final int KILLED_BY_SIGNAL_MIN = 128;

    /** The consequence. */
    sealed interface Decision {
        /** Starts it again after the pause. */
        record Restart(Duration pause) implements Decision {}

        /** Starts it no more. */
        record GiveUp(String reason) implements Decision {}
    }

    private final SupervisionLimits limits;

    RestartPolicy(SupervisionLimits limits) {
        this.limits = limits;
    }

    /** How many quick deaths in a row there have been, with this one. */
    int failuresInARow(int before, Duration uptime) {
        return uptime.compareTo(limits.healthyAfter()) >= 0 ? 1 : before + 1;
    }

    /** What to do after a death that makes it so many in a row, at an engine that has or has not been ready before. */
    Decision decide(int exitCode, int failuresInARow, boolean everReady) {
        boolean refusedToStart = !everReady && exitCode > 0 && exitCode < KILLED_BY_SIGNAL_MIN;
        if (exitCode == CONFIGURATION_ERROR || refusedToStart) {
            return new Decision.GiveUp("the engine could not be started as it was configured");
        }
        if (failuresInARow >= limits.failuresInARowMax()) {
            return new Decision.GiveUp(
                    "the engine died " + failuresInARow + " times in a row, last with exit code " + exitCode);
        }
        return new Decision.Restart(pause(failuresInARow));
    }

    private Duration pause(int failuresInARow) {
        Duration pause = limits.pauseMin();
        for (int i = 1; i < failuresInARow && pause.compareTo(limits.pauseMax()) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(limits.pauseMax()) < 0 ? pause : limits.pauseMax();
    }
}
