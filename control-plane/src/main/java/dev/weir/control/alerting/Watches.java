package dev.weir.control.alerting;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks every watch as often as it is worth, and tells the book what began and what is over. What a watch cannot tell stays as it was. */
final class Watches {
    private static final Logger log = LoggerFactory.getLogger(Watches.class);
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final List<Asked> asked;
    private final AlertBook book;

    /** A watch, when it was asked and what it said. */
    private static final class Asked {
        private final Watch watch;
        private Instant at = Instant.MIN;
        private Set<Alert.Key> firing = Set.of();

        Asked(Watch watch) {
            this.watch = watch;
        }
    }

    Watches(List<Watch> watches, AlertBook book) {
        this.asked = watches.stream().map(Asked::new).toList();
        this.book = book;
    }

    void look(Instant now) {
        for (Asked one : asked) {
            if (!now.isBefore(one.at.plus(EVERY))) {
                one.at = now;
                look(one, now);
            }
        }
    }

    private void look(Asked one, Instant now) {
        List<Alert> wrong;
        try {
            wrong = new ArrayList<>(one.watch.wrong(now));
        } catch (RuntimeException failure) {
            log.warn("a watch cannot look: {}", failure.getMessage());
            return;
        }
        Set<Alert.Key> over = new HashSet<>(one.firing);
        Set<Alert.Key> firing = new HashSet<>();
        for (Alert alert : wrong) {
            firing.add(alert.key());
            over.remove(alert.key());
            book.fires(alert);
        }
        over.forEach(book::resolves);
        one.firing = firing;
    }
}
