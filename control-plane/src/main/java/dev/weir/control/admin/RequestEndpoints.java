package dev.weir.control.admin;

import dev.weir.control.accounting.LedgerEntry;
import dev.weir.control.accounting.LedgerSearch;
import dev.weir.control.accounting.LedgerSearch.Wanted;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.storage.Database;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Calls one by one, as the ledger has them: where they went and why, and never what was said. */
@RestController
public final class RequestEndpoints {
    private static final int NANO_DIGITS = 9;
    private static final double MICROS_PER_MILLI = 1000;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Database database;
    private final LedgerSearch search;

    public RequestEndpoints(Database database, LedgerSearch search) {
        this.database = database;
        this.search = search;
    }

    /** What an engine's time went into, one after the other: until it began, until the first token, until the last. */
    public record EngineMillis(double queueMillis, double prefillMillis, double decodeMillis) {
        static @Nullable EngineMillis of(@Nullable EngineTimes times) {
            return times == null
                    ? null
                    : new EngineMillis(
                            times.queueNanos() / NANOS_PER_MILLI,
                            times.prefillNanos() / NANOS_PER_MILLI,
                            times.decodeNanos() / NANOS_PER_MILLI);
        }
    }

    /**
     * One call.
     *
     * @param id ours
     * @param requestId the caller's name for it, or ours
     * @param cache how the answer was known already, if it was
     * @param tries engines that failed it before another answered: names and reasons
     * @param engineTook what the time of the engine that answered went into, where it says so
     * @param usageTold whether an engine counted the tokens; else Weir did
     * @param firstByteMillis until the answer began; null where none came
     * @param status as the caller saw it: a number, {@code cancelled} or {@code broken}
     */
    public record RequestStatus(
            String id,
            String requestId,
            Instant at,
            String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String feature,
            String endpoint,
            String model,
            @Nullable String version,
            @Nullable String engine,
            @Nullable String arm,
            @Nullable String tier,
            @Nullable String reason,
            @Nullable String cache,
            @Nullable String guard,
            @Nullable String compression,
            @Nullable String tries,
            @Nullable EngineMillis engineTook,
            boolean stream,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            boolean usageTold,
            BigDecimal cost,
            @Nullable Double firstByteMillis,
            double totalMillis,
            String status) {
        static RequestStatus of(LedgerEntry entry) {
            Long firstByteMicros = entry.firstByteMicros();
            return new RequestStatus(
                    entry.id(),
                    entry.requestId(),
                    entry.at(),
                    entry.tenant(),
                    entry.user(),
                    entry.key(),
                    entry.feature(),
                    entry.endpoint(),
                    entry.model(),
                    entry.version(),
                    entry.engine(),
                    entry.arm(),
                    entry.tier(),
                    entry.reason(),
                    entry.cache(),
                    entry.guard(),
                    entry.compression(),
                    entry.tries(),
                    EngineMillis.of(entry.engineTimes()),
                    entry.stream(),
                    entry.usage().inputTokens(),
                    entry.usage().cachedTokens(),
                    entry.usage().outputTokens(),
                    entry.usageTold(),
                    BigDecimal.valueOf(entry.costNanos(), NANO_DIGITS),
                    firstByteMicros == null ? null : firstByteMicros / MICROS_PER_MILLI,
                    entry.totalMicros() / MICROS_PER_MILLI,
                    entry.status());
        }
    }

    /** The newest first; the next page is asked for with {@code before}, the time of the last one. */
    @GetMapping("/admin/requests")
    Mono<List<RequestStatus>> requests(
            @RequestParam Optional<String> requestId,
            @RequestParam Optional<String> tenant,
            @RequestParam Optional<String> user,
            @RequestParam Optional<String> key,
            @RequestParam Optional<String> feature,
            @RequestParam Optional<String> model,
            @RequestParam Optional<String> engine,
            @RequestParam Optional<String> status,
            @RequestParam Optional<Instant> before,
            @RequestParam(defaultValue = "50") int limit) {
        Wanted wanted = new Wanted(
                requestId.orElse(null),
                tenant.orElse(null),
                user.orElse(null),
                key.orElse(null),
                feature.orElse(null),
                model.orElse(null),
                engine.orElse(null),
                status.orElse(null),
                before.orElse(null));
        return Refusals.ask(database, () -> {
            before.ifPresent(Refusals::time);
            return search.find(wanted, limit).stream().map(RequestStatus::of).toList();
        });
    }

    @GetMapping("/admin/requests/{id}")
    Mono<RequestStatus> request(@PathVariable String id) {
        return Refusals.ask(
                database,
                () -> search.byId(id)
                        .map(RequestStatus::of)
                        .orElseThrow(() -> new ResponseStatusException(
                                HttpStatus.NOT_FOUND, "the ledger has no call '" + id + "'")));
    }
}
