package dev.weir.control.admin;

import dev.weir.control.identity.Caller;
import dev.weir.control.quota.Limit;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.LimitBook;
import dev.weir.control.quota.Quota;
import dev.weir.control.routing.Routes;
import dev.weir.control.storage.Database;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** How much who may. */
@RestController
public final class LimitEndpoints {
    private static final int NANO_DIGITS = 9;
    private static final int SCALE_MAX = 1000;
    /** Each is a question to the ledger. */
    private static final int SPENT_MAX = 200;

    private final Database database;
    private final LimitBook limits;
    private final Quota quota;
    private final Routes routes;

    public LimitEndpoints(Database database, LimitBook limits, Quota quota, Routes routes) {
        this.database = database;
        this.limits = limits;
        this.quota = quota;
        this.routes = routes;
    }

    /** Of everyone where no subject is named; at most one may be. An amount of money is in the currency of the prices. */
    public record NewLimit(
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String model,
            Metric metric,
            Period period,
            BigDecimal max) {}

    public record LimitChange(BigDecimal max) {}

    /**
     * A limit.
     *
     * @param spent of a budget, which is one of a day or a month; of the first two hundred, and only where all are listed
     */
    public record LimitStatus(
            String id,
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String model,
            Metric metric,
            Period period,
            BigDecimal max,
            @Nullable BigDecimal spent) {
        static LimitStatus of(Limit limit) {
            return of(limit, null);
        }

        static LimitStatus of(Limit limit, @Nullable Long spent) {
            Subject subject = limit.subject();
            return new LimitStatus(
                    limit.id(),
                    subject.kind() == Subject.Kind.TENANT ? subject.id() : null,
                    subject.kind() == Subject.Kind.USER ? subject.id() : null,
                    subject.kind() == Subject.Kind.KEY ? subject.id() : null,
                    limit.model(),
                    limit.metric(),
                    limit.period(),
                    written(limit.metric(), limit.amountMax()),
                    spent == null ? null : written(limit.metric(), spent));
        }

        private static BigDecimal written(Metric metric, long amount) {
            return metric == Metric.COST ? BigDecimal.valueOf(amount, NANO_DIGITS) : BigDecimal.valueOf(amount);
        }
    }

    @GetMapping("/admin/limits")
    Mono<List<LimitStatus>> limits() {
        return Refusals.ask(database, () -> {
            List<LimitStatus> all = new ArrayList<>();
            int asked = 0;
            for (Limit limit : limits.all()) {
                boolean ask = limit.isBudget() && asked < SPENT_MAX;
                asked += ask ? 1 : 0;
                all.add(LimitStatus.of(limit, ask ? (Long) quota.spent(limit) : null));
            }
            return all;
        });
    }

    @PostMapping("/admin/limits")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<LimitStatus> createLimit(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewLimit order) {
        return Refusals.ask(
                database,
                () -> LimitStatus.of(limits.create(
                        caller,
                        subject(order),
                        model(order),
                        order.metric(),
                        order.period(),
                        amount(order.metric(), order.max()))));
    }

    /** A limit of a name that leads elsewhere would never hold: what requests take, they take of the model that answers. */
    private @Nullable String model(NewLimit order) {
        if (order.model() != null && routes.virtualModels().contains(order.model())) {
            throw new IllegalArgumentException(
                    "'" + order.model() + "' leads to other models: make a limit for each model that it leads to");
        }
        return order.model();
    }

    /** What is spent of it stays spent. */
    @PatchMapping("/admin/limits/{id}")
    Mono<LimitStatus> changeLimit(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody LimitChange change) {
        return Refusals.ask(database, () -> {
            Metric metric = limits.all().stream()
                    .filter(limit -> limit.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> unknown(id))
                    .metric();
            return LimitStatus.of(
                    limits.change(caller, id, amount(metric, change.max())).orElseThrow(() -> unknown(id)));
        });
    }

    @DeleteMapping("/admin/limits/{id}")
    Mono<LimitStatus> removeLimit(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String id) {
        return Refusals.ask(
                database, () -> LimitStatus.of(limits.remove(caller, id).orElseThrow(() -> unknown(id))));
    }

    private static Subject subject(NewLimit order) {
        List<Subject> named = new ArrayList<>();
        if (order.tenant() != null) {
            named.add(new Subject(Subject.Kind.TENANT, order.tenant()));
        }
        if (order.user() != null) {
            named.add(new Subject(Subject.Kind.USER, order.user()));
        }
        if (order.key() != null) {
            named.add(new Subject(Subject.Kind.KEY, order.key()));
        }
        if (named.size() > 1) {
            throw new IllegalArgumentException("a limit is of one tenant, one user or one key: make one for each");
        }
        return named.isEmpty() ? new Subject(Subject.Kind.EVERYONE, "") : named.getFirst();
    }

    private static long amount(Metric metric, BigDecimal max) {
        // Written out, 1e20000000 would take minutes and all memory.
        if (Math.abs((long) max.scale()) > SCALE_MAX) {
            throw notWhole(max);
        }
        try {
            BigDecimal exact = metric == Metric.COST ? max.movePointRight(NANO_DIGITS) : max;
            return exact.setScale(0, RoundingMode.UNNECESSARY).longValueExact();
        } catch (ArithmeticException _) {
            throw notWhole(max);
        }
    }

    private static IllegalArgumentException notWhole(BigDecimal max) {
        return new IllegalArgumentException(
                "max is a whole number, of money one with at most " + NANO_DIGITS + " decimals: " + max);
    }

    private static ResponseStatusException unknown(String id) {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no limit '" + id + "'");
    }
}
