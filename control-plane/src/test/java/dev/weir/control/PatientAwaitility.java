package dev.weir.control;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Ten seconds, for which Awaitility waits by itself, are few for a machine that is busy; whoever sees nothing by then waits in vain. */
public final class PatientAwaitility implements LauncherSessionListener {
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(WAIT_MAX);
    }
}
