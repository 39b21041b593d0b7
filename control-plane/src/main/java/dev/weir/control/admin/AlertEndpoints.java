package dev.weir.control.admin;

import dev.weir.control.alerting.Alert;
import dev.weir.control.alerting.AlertBook;
import dev.weir.control.alerting.AlertRounds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What is wrong now, and what was lately. */
@RestController
public final class AlertEndpoints {
    private static final Alert TEST = new Alert(
            "Test", Alert.Severity.TICKET, Map.of(), "somebody tries whether alerts arrive", Instant.EPOCH, null);

    private final AlertBook book;
    private final AlertRounds rounds;
    private final InstantSource clock;

    public AlertEndpoints(AlertBook book, AlertRounds rounds, InstantSource clock) {
        this.book = book;
        this.rounds = rounds;
        this.clock = clock;
    }

    /** An alert; {@code endedAt} is absent while it lasts. */
    public record AlertView(
            String name,
            Alert.Severity severity,
            Map<String, String> labels,
            String summary,
            Instant startedAt,
            @Nullable Instant endedAt) {
        static AlertView of(Alert alert) {
            return new AlertView(
                    alert.name(),
                    alert.severity(),
                    alert.labels(),
                    alert.summary(),
                    alert.startedAt(),
                    alert.endedAt());
        }
    }

    /** Of this replica. */
    public record AlertList(Instant at, List<AlertView> firing, List<AlertView> ended, AlertRounds.Burn budget) {}

    @GetMapping("/admin/alerts")
    AlertList alerts() {
        return new AlertList(
                clock.instant(),
                book.firing().stream().map(AlertView::of).toList(),
                book.ended().stream().map(AlertView::of).toList(),
                rounds.burn());
    }

    /** Tells every channel of an alert that is none, and, when called again, that it is over. */
    @PostMapping("/admin/alerts/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    AlertList testAlert() {
        boolean fires = book.firing().stream().noneMatch(alert -> alert.key().equals(TEST.key()));
        if (fires) {
            book.fires(TEST);
        } else {
            book.resolves(TEST.key());
        }
        return alerts();
    }
}
