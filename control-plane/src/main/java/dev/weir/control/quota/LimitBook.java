package dev.weir.control.quota;

import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Mirror;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.Limit.Subject.Kind;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Every limit, in the database and in memory.
 *
 * <p>Thread-safety: readers look into a concurrent map of immutable lists; only {@link #refresh} writes, one at a time.
 */
public final class LimitBook implements Mirror {
    /** Of one subject, so that what one request has to satisfy is bounded. */
    private static final int LIMITS_PER_SUBJECT_MAX = 32;

    private static final Subject EVERYONE = new Subject(Kind.EVERYONE, "");

    private final Database database;
    private final ChangeLog changes;
    private final int limitsMax;
    private final Map<Subject, List<Limit>> bySubject = new ConcurrentHashMap<>();
    private long version = -1;

    public LimitBook(Database database, ChangeLog changes, int limitsMax) {
        this.database = database;
        this.changes = changes;
        this.limitsMax = limitsMax;
    }

    private record Row(Limit limit, boolean enabled) {}

    @Override
    public synchronized void refresh() {
        long now = changes.version();
        if (now == version) {
            return;
        }
        database.jdbc()
                .sql("select * from usage_limit where version > ? order by version")
                .param(version)
                .query(LimitBook::row)
                .list()
                .forEach(this::learn);
        version = now;
    }

    /** The limits that a request has to satisfy. */
    List<Limit> of(Caller caller, String model) {
        List<Limit> found = new ArrayList<>();
        add(found, EVERYONE, model);
        add(found, new Subject(Kind.TENANT, caller.tenant().id()), model);
        if (caller.userId() != null) {
            add(found, new Subject(Kind.USER, caller.userId()), model);
        }
        if (caller.keyId() != null) {
            add(found, new Subject(Kind.KEY, caller.keyId()), model);
        }
        return found;
    }

    /** All there are, as the database has them. */
    public List<Limit> all() {
        return database
                .jdbc()
                .sql("select * from usage_limit where enabled order by created_at, id")
                .query(LimitBook::row)
                .list()
                .stream()
                .map(Row::limit)
                .toList();
    }

    public Limit create(
            Caller by, Subject subject, @Nullable String model, Metric metric, Period period, long amountMax) {
        Limit limit = new Limit(UUID.randomUUID().toString(), subject, model, metric, period, amountMax);
        changes.change(by, "limit.create", limit.id(), LimitBook::detail, next -> {
            List<Limit> all = all();
            if (all.size() >= limitsMax) {
                throw new IllegalArgumentException(
                        "there are " + limitsMax + " limits, the limit of weir.quota.limits-max");
            }
            if (all.stream().filter(other -> other.subject().equals(subject)).count() >= LIMITS_PER_SUBJECT_MAX) {
                throw new IllegalArgumentException(
                        "one subject has at most " + LIMITS_PER_SUBJECT_MAX + " limits: take one away first");
            }
            insert(limit, next);
            return limit;
        });
        refresh();
        return limit;
    }

    /** Gives a limit another amount; what is spent of it stays spent. Empty where there is none. */
    public Optional<Limit> change(Caller by, String id, long amountMax) {
        return update(
                by,
                "limit.change",
                id,
                limit -> new Limit(id, limit.subject(), limit.model(), limit.metric(), limit.period(), amountMax),
                true);
    }

    /** Takes a limit away. Empty where there is none. */
    public Optional<Limit> remove(Caller by, String id) {
        return update(by, "limit.remove", id, limit -> limit, false);
    }

    private Optional<Limit> update(Caller by, String action, String id, UnaryOperator<Limit> change, boolean enabled) {
        if (find(id).isEmpty()) {
            return Optional.empty();
        }
        Limit changed = changes.change(by, action, id, LimitBook::detail, next -> {
            Limit limit = change.apply(find(id).orElseThrow());
            database.jdbc()
                    .sql("update usage_limit set amount_max = ?, enabled = ?, version = ? where id = ?")
                    .params(limit.amountMax(), enabled, next, id)
                    .update();
            return limit;
        });
        refresh();
        return Optional.of(changed);
    }

    private Optional<Limit> find(String id) {
        return all().stream().filter(limit -> limit.id().equals(id)).findFirst();
    }

    private void insert(Limit limit, long next) {
        database.jdbc()
                .sql("insert into usage_limit (id, subject_kind, subject_id, model, metric, period, amount_max,"
                        + " enabled, created_at, version) values (?, ?, ?, ?, ?, ?, ?, true, ?, ?)")
                .param(limit.id())
                .param(limit.subject().kind().name())
                .param(limit.subject().id())
                .param(limit.model())
                .param(limit.metric().name())
                .param(limit.period().name())
                .param(limit.amountMax())
                .param(changes.now().atOffset(ZoneOffset.UTC))
                .param(next)
                .update();
    }

    private void learn(Row row) {
        Limit limit = row.limit();
        bySubject.compute(limit.subject(), (_, before) -> {
            List<Limit> limits = new ArrayList<>(before == null ? List.of() : before);
            limits.removeIf(other -> other.id().equals(limit.id()));
            if (row.enabled()) {
                limits.add(limit);
            }
            return limits.isEmpty() ? null : List.copyOf(limits);
        });
    }

    private void add(List<Limit> found, Subject subject, String model) {
        for (Limit limit : bySubject.getOrDefault(subject, List.of())) {
            if (limit.appliesTo(model)) {
                found.add(limit);
            }
        }
    }

    private static Map<String, ?> detail(Limit limit) {
        return Map.of("limit", limit.describe(), "amountMax", limit.amountMax());
    }

    private static Row row(ResultSet row, int index) throws SQLException {
        Subject subject = new Subject(Kind.valueOf(row.getString("subject_kind")), row.getString("subject_id"));
        return new Row(
                new Limit(
                        row.getString("id"),
                        subject,
                        row.getString("model"),
                        Metric.valueOf(row.getString("metric")),
                        Period.valueOf(row.getString("period")),
                        row.getLong("amount_max")),
                row.getBoolean("enabled"));
    }
}
