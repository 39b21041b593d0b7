package dev.weir.control;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * How long after the command something happened, building included where the command had to build.
 *
 * @param sinceStart since the command was typed, where the script that started us says when that was; else since this process began
 */
record StartTime(Duration sinceStart) {
    private static final String COMMAND_STARTED_AT = "WEIR_STARTED_AT_MILLIS";

    static StartTime now() {
        Instant now = Instant.now();
        String commandMillis = System.getenv(COMMAND_STARTED_AT);
        Instant start = commandMillis != null && commandMillis.matches("\\d{1,18}")
                ? Instant.ofEpochMilli(Long.parseLong(commandMillis))
                : ProcessHandle.current().info().startInstant().orElse(now);
        return new StartTime(Duration.between(start, now));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f s after the command", sinceStart.toMillis() / 1000.0);
    }
}
