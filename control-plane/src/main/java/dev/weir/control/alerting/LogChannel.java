package dev.weir.control.alerting;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log, where every alert goes whatever else there is. */
public final class LogChannel implements AlertChannel {
    private static final Logger log = LoggerFactory.getLogger(LogChannel.class);

    @Override
    public String name() {
        return "log";
    }

    @Override
    public void tell(List<Alert> alerts) {
        for (Alert alert : alerts) {
            if (alert.endedAt() == null) {
                log.warn("{} {} {}: {}", alert.severity(), alert.name(), alert.labels(), alert.summary());
            } else {
                log.info("over: {} {}, since {}", alert.name(), alert.labels(), alert.startedAt());
            }
        }
    }
}
