package dev.weir.control.admin;

import dev.weir.control.accounting.TrafficReports;
import dev.weir.control.accounting.TrafficReports.Slot;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Traffic as it happens. However many people look, the database is asked once for each slot, and not at all while nobody looks.
 */
@RestController
public final class LiveEndpoints {
    private static final Logger log = LoggerFactory.getLogger(LiveEndpoints.class);

    private static final Duration SLOT = Duration.ofSeconds(5);
    private static final Duration HISTORY = Duration.ofMinutes(15);

    /** What calls of a slot take to be booked; later ones are seen when somebody looks anew. */
    private static final Duration BOOKING = Duration.ofSeconds(1);

    /** Then a browser asks again, and is asked who it is again. */
    private static final Duration CONNECTION_MAX = Duration.ofMinutes(10);

    private final Database database;
    private final TrafficReports reports;
    private final InstantSource clock;
    private final Scheduler timer;
    private final Flux<LiveFigures> slots;

    public LiveEndpoints(Database database, TrafficReports reports, InstantSource clock, Scheduler timer) {
        this.database = database;
        this.reports = reports;
        this.clock = clock;
        this.timer = timer;
        this.slots = Flux.interval(SLOT, timer)
                .onBackpressureDrop()
                .concatMap(_ -> Mono.defer(() -> since(lastSlotEnd().minus(SLOT)))
                        .doOnError(failure -> log.warn("traffic cannot be read: {}", failure.getMessage()))
                        .onErrorComplete())
                .share();
    }

    /**
     * What happened in slots of time.
     *
     * @param from the start of the first slot that was looked at, whether anything was in it or not
     * @param to the end of the last
     */
    public record LiveFigures(Instant from, Instant to, long slotSeconds, List<Slot> slots) {}

    /** At first the last quarter of an hour, then every slot as it ends. */
    @GetMapping(path = "/admin/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<LiveFigures> live() {
        return Flux.concat(Mono.defer(() -> since(lastSlotEnd().minus(HISTORY))), slots)
                .take(CONNECTION_MAX, timer);
    }

    private Mono<LiveFigures> since(Instant from) {
        Instant to = lastSlotEnd();
        return database.ask(() -> new LiveFigures(from, to, SLOT.toSeconds(), reports.slots(from, to, SLOT)));
    }

    private Instant lastSlotEnd() {
        long seconds = SLOT.toSeconds();
        return Instant.ofEpochSecond(clock.instant().minus(BOOKING).getEpochSecond() / seconds * seconds);
    }
}
