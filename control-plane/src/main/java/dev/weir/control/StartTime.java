package dev.weir.control;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long it took to be ready.
 *
 * @param sinceProcess since this process was started
 * @param sinceCommand since the command was typed, where the script that started us says when that was
 */
record StartTime(Duration sinceProcess, Optional<Duration> sinceCommand) {
    private static final String COMMAND_STARTED_AT = "WEIR_STARTED_AT_MILLIS";

    static StartTime ofThisProcess() {
        Instant now = Instant.now();
        Instant processStart = ProcessHandle.current().info().startInstant().orElse(now);
        Optional<Duration> sinceCommand = Optional.ofNullable(System.getenv(COMMAND_STARTED_AT))
                .filter(millis -> millis.matches("\\d{1,18}"))
                .map(millis -> Duration.between(Instant.ofEpochMilli(Long.parseLong(millis)), now));
        return new StartTime(Duration.between(processStart, now), sinceCommand);
    }
}
