package dev.weir.control.admin;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.identity.RegistryFailure;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Asks the database for an endpoint, and tells what is wrong with the question by its status. */
final class Refusals {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private Refusals() {}

    static <T> Mono<T> ask(Database database, Callable<? extends T> question) {
        return database.<T>ask(question).onErrorMap(Refusals::told);
    }

    /** Goes on to its end though whoever asked has gone: what was done by then would have no entry in the audit log. */
    static <T> Mono<T> toItsEnd(Mono<T> work) {
        return Mono.defer(() -> Mono.fromFuture(work.toFuture(), true));
    }

    private static Throwable told(Throwable failure) {
        return switch (failure) {
            case IllegalArgumentException invalid -> refused(HttpStatus.BAD_REQUEST, invalid);
            case RegistryFailure known ->
                refused(
                        switch (known.kind()) {
                            case NOT_FOUND -> HttpStatus.NOT_FOUND;
                            case CONFLICT -> HttpStatus.CONFLICT;
                        },
                        known);
            case EvaluationFailure known ->
                refused(
                        switch (known.kind()) {
                            case NOT_FOUND -> HttpStatus.NOT_FOUND;
                            case CONFLICT -> HttpStatus.CONFLICT;
                        },
                        known);
            default -> failure;
        };
    }

    /** A time as somebody names it; of others no database is sure to have a notion. */
    static Instant time(Instant time) {
        if (time.isBefore(FIRST) || time.isAfter(LAST)) {
            throw new IllegalArgumentException("a time is from the year 1 to the year 9999: " + time);
        }
        return time;
    }

    static ResponseStatusException badRequest(IllegalArgumentException invalid) {
        return refused(HttpStatus.BAD_REQUEST, invalid);
    }

    private static ResponseStatusException refused(HttpStatus status, Exception reason) {
        return new ResponseStatusException(status, reason.getMessage());
    }
}
