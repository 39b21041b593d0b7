package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.accounting.LedgerEntry;
import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import dev.weir.control.identity.Caller;
import dev.weir.control.quota.Amounts;
import dev.weir.control.quota.Quota;
import dev.weir.control.quota.Reservation;
import dev.weir.control.quota.Verdict;
import dev.weir.control.quota.Verdict.Granted;
import dev.weir.control.quota.Verdict.Refused;
import dev.weir.control.quota.Verdict.Unavailable;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * The money's side of a request: what it can take is set aside before it runs (station 2), and whatever becomes of it, what it took is put
 * right and booked once (station 12).
 */
public final class Till {
    /** What of the caller's product a request is for, as the caller says. */
    static final String FEATURE_HEADER = "weir-feature";

    private static final Pattern FEATURE = Pattern.compile("[A-Za-z0-9._:/-]{1,64}");

    private final Quota quota;
    private final Ledger ledger;

    public Till(Quota quota, Ledger ledger) {
        this.quota = quota;
        this.ledger = ledger;
    }

    /** Does the work for the request if it is within its limits, and settles and books it when it is over. */
    Mono<Void> charge(
            Caller caller,
            CompletionRequest request,
            ServerWebExchange exchange,
            Passage passage,
            Function<Call, Mono<Void>> work) {
        return Mono.defer(() -> {
            Call call = begin(caller, request, exchange);
            RouteStation.subject(exchange).ifPresent(call::isFor);
            Reservation reservation = quota.reserve(caller, request, call.price());
            return reservation
                    .verdict()
                    .flatMap(verdict -> admitted(verdict, exchange, () -> booked(call, exchange, passage, work)))
                    .doFinally(_ -> reservation.settle(taken(call, 0)));
        });
    }

    /** Work for a request that its caller does not wait for: booked under a feature of its own, and outside its limits. */
    Mono<Void> aside(Call call, String feature, Function<Call, Mono<Void>> work) {
        return Mono.defer(() -> {
            Call aside = ledger.begin(call.caller(), call.request(), feature);
            return work.apply(aside)
                    .doFinally(signal -> ledger.record(aside, signal == SignalType.ON_COMPLETE ? "200" : "broken"));
        });
    }

    /**
     * Has a better model answer the call if as much is left as that can take. The answer that came before is not sent then, but was made: it is paid
     * for, and booked by itself, when it is certain that it was not. Fails with {@link StepFailed} where it may be yet, and then all is as it was before.
     *
     * @param came the answer that will not do
     * @param up asks the better model, whose answer may not do either
     */
    Mono<Void> goUp(Call call, CompletionRequest better, byte[] came, Supplier<Mono<Void>> up) {
        return Mono.defer(() -> {
            int step = call.rejected().size() + 1;
            ModelPrice price = ledger.priceOf(better);
            Reservation more = quota.reserveBetter(call.caller(), better, price);
            Call row = rejected(call, came);
            LedgerEntry entry = row.entry("200");
            return more.verdict()
                    .flatMap(verdict -> {
                        if (!(verdict instanceof Granted)) {
                            return Mono.error(StepFailed.noRoom(better.model()));
                        }
                        call.goesUp(row, better, price);
                        return up.get().doOnError(StepFailed.class, _ -> call.comesBack());
                    })
                    // Before another is asked, which may need what was set aside for this one.
                    .doOnError(StepFailed.class, _ -> more.settle(Amounts.nothing()))
                    .doFinally(_ -> {
                        more.settle(taken(call, step));
                        if (call.rejected().contains(row)) {
                            ledger.record(entry);
                        }
                    });
        });
    }

    private Call rejected(Call call, byte[] answer) {
        Call aside = ledger.begin(call.caller(), call.request(), Call.UPGRADE_REJECTED);
        aside.costs(call.price());
        aside.preparedAs(call);
        aside.takes(call.course());
        new UsageFilter(aside).see(answer);
        return aside;
    }

    /** Refuses what guards do not let on. It costs nothing, but is a request like others, so that trying has its limits; that there was one is booked. */
    Mono<Void> turnedAway(Caller caller, PromptBlocked blocked, ServerWebExchange exchange) {
        return Mono.defer(() -> {
            Call call = ledger.begin(caller, blocked.request(), feature(exchange));
            call.prepared(blocked.note(), "");
            Reservation one = quota.reserveUnanswered(caller, blocked.request());
            return one.verdict()
                    .flatMap(verdict -> admitted(verdict, exchange, () -> Mono.error(blocked.refusal())))
                    .doOnError(failure -> ledger.record(call, status(failure)))
                    .doFinally(_ -> one.settle(Amounts.spent(Usage.NONE, 0)));
        });
    }

    private Call begin(Caller caller, CompletionRequest request, ServerWebExchange exchange) {
        Call call = ledger.begin(caller, request, feature(exchange));
        PromptStation.Noted noted = PromptStation.noted(exchange);
        call.prepared(noted.guard(), noted.compression());
        return call;
    }

    /** Of what was set aside for one of the models that were asked one after the other: for one that no room was left for, nothing. */
    private static Amounts taken(Call call, int step) {
        List<Call> rejected = call.rejected();
        if (step > rejected.size()) {
            return Amounts.nothing();
        }
        if (step == rejected.size()) {
            return ofAnswer(call);
        }
        Call row = rejected.get(step);
        return new Amounts(
                call.wasAnswered() ? 1 : 0,
                row.usage().inputTokens(),
                row.usage().outputTokens(),
                row.costNanos(),
                0);
    }

    /** A known answer is a request like others, but takes no model's tokens. */
    private static Amounts ofAnswer(Call call) {
        if (!call.wasAnswered()) {
            return Amounts.nothing();
        }
        return Amounts.spent(call.wasCached() ? Usage.NONE : call.usage(), call.costNanos());
    }

    /** Books work that costs nothing, such as to say once more what was paid for before. It is not held up by limits. */
    Mono<Void> free(
            Caller caller, CompletionRequest request, ServerWebExchange exchange, Passage passage, Mono<Void> work) {
        return Mono.defer(() -> {
            passage.read(request);
            Call call = begin(caller, request, exchange);
            call.takes(new Call.Course(null, null, null, null, "told before, under the same idempotency key"));
            return booked(call, exchange, passage, _ -> work);
        });
    }

    private static Mono<Void> admitted(Verdict verdict, ServerWebExchange exchange, Supplier<Mono<Void>> work) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        return switch (verdict) {
            case Granted(var levels) -> {
                LimitHeaders.write(levels, headers);
                yield work.get();
            }
            case Refused refused -> {
                LimitHeaders.write(refused, headers);
                yield Mono.error(new Refusal(
                        refused.limit().isBudget()
                                ? OpenAiError.budgetSpent(refused.reason())
                                : OpenAiError.limitReached(refused.reason())));
            }
            case Unavailable(var reason) -> Mono.error(new Refusal(OpenAiError.http(503, reason, "quota_unavailable")));
        };
    }

    private Mono<Void> booked(Call call, ServerWebExchange exchange, Passage passage, Function<Call, Mono<Void>> work) {
        Ending ending = new Ending();
        // Before whoever comes behind hears that it is over: they tell of it, settle and book, each at a moment of its
        // own.
        Runnable took = () -> {
            call.over();
            passage.took(call.usage(), call.costNanos());
        };
        return work.apply(call)
                .doOnError(failure -> ending.failure = failure)
                .doOnTerminate(took)
                .doOnCancel(took)
                .doFinally(signal -> ledger.record(call, ending.status(signal, call, exchange, passage)));
    }

    /** How a request ended; written and read by one chain. */
    private static final class Ending {
        private @Nullable Throwable failure;

        String status(SignalType signal, Call call, ServerWebExchange exchange, Passage passage) {
            if (signal == SignalType.CANCEL) {
                return "cancelled";
            }
            if (failure != null) {
                return exchange.getResponse().isCommitted() ? "broken" : Till.status(failure);
            }
            HttpStatusCode status = exchange.getResponse().getStatusCode();
            if (passage.hasBrokenOff() || status == null) {
                return "broken";
            }
            // Closing a connection may end the writing of an answer as if all of it had been written.
            return call.wasLeft() ? "cancelled" : Integer.toString(status.value());
        }
    }

    private static String status(Throwable failure) {
        return OpenAiErrors.known(failure)
                .map(error -> Integer.toString(error.status()))
                .orElse("500");
    }

    private static @Nullable String feature(ServerWebExchange exchange) {
        String feature = exchange.getRequest().getHeaders().getFirst(FEATURE_HEADER);
        if (feature != null && !FEATURE.matcher(feature).matches()) {
            throw new Refusal(OpenAiError.http(
                    400,
                    "the header " + FEATURE_HEADER + " has 1 to 64 of the characters A-Z a-z 0-9 . _ : / -",
                    "invalid_feature"));
        }
        if (feature != null && Call.OWN_FEATURES.contains(feature)) {
            throw new Refusal(OpenAiError.http(
                    400,
                    "the header " + FEATURE_HEADER + " cannot be " + feature
                            + ", which is what Weir computes for its own sake: choose another name",
                    "invalid_feature"));
        }
        return feature;
    }
}
