package dev.weir.control.admin;

import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Mirror;
import dev.weir.control.ingress.OverflowPolicy.Outlet;
import dev.weir.control.storage.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Providers that were registered while Weir runs, in the database, so that what one replica lets overflow to them every other does, and a new
 * one, too. Changing waits for the database.
 *
 * <p>Thread-safety: one at a time brings what the database has to what serves.
 */
public final class ProviderBook implements Mirror {
    private static final Logger log = LoggerFactory.getLogger(ProviderBook.class);
    private static final int REGISTERED_MAX = 100;
    private static final int SETTINGS_CHARS_MAX = 1 << 16;

    private final Consumer<List<Outlet>> serving;
    private final Database database;
    private final ChangeLog changes;
    private volatile Map<String, String> known = Map.of();
    private long version = -1;

    /**
     * A book of which nothing is known yet.
     *
     * @param serving is told who is registered, whenever that is somebody else
     */
    public ProviderBook(Consumer<List<Outlet>> serving, Database database, ChangeLog changes) {
        this.serving = serving;
        this.database = database;
        this.changes = changes;
    }

    @Override
    public synchronized void refresh() {
        long now = changes.version();
        if (now == version) {
            return;
        }
        Map<String, String> entries = all();
        if (!entries.equals(known)) {
            serving.accept(
                    entries.entrySet().stream().flatMap(ProviderBook::usable).toList());
            known = entries;
        }
        version = now;
    }

    /** Whether it was registered, whatever the configuration says. */
    boolean has(String name) {
        return known.containsKey(name);
    }

    /** From now on there is such a provider, in place of another one of that name. */
    void register(Caller by, String name, ProviderOrder order) {
        String settings = order.settings(name);
        if (settings.length() > SETTINGS_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "what there is to say of a provider has at most " + SETTINGS_CHARS_MAX + " characters");
        }
        Map<String, ?> detail = Map.of(
                "url", order.url(),
                "region", order.region(),
                "keyFile", order.keyFile(),
                "budgetPerDay", order.budgetPerDay(),
                "models", order.models().keySet());
        changes.change(by, "provider.register", name, _ -> detail, _ -> {
            remove(name);
            if (all().size() >= REGISTERED_MAX) {
                throw new IllegalArgumentException("at most " + REGISTERED_MAX + " providers can be registered");
            }
            return database.jdbc()
                    .sql("insert into provider_entry (name, settings) values (?, ?)")
                    .params(name, settings)
                    .update();
        });
        refresh();
    }

    /** Forgets a provider that was registered; what it has under way goes on. */
    void deregister(Caller by, String name) {
        changes.change(by, "provider.deregister", name, _ -> Map.of(), _ -> {
            if (remove(name) == 0) {
                throw new IllegalArgumentException(
                        "the provider " + name + " was not registered: only the configuration can take it out");
            }
            return name;
        });
        refresh();
    }

    /** Another Weir on the same database may have written what this one cannot read; what it can goes on serving. */
    private static Stream<Outlet> usable(Map.Entry<String, String> entry) {
        try {
            return Stream.of(ProviderOrder.outlet(entry.getKey(), entry.getValue()));
        } catch (InvalidConfiguration invalid) {
            log.warn("the registered provider {} is not used: {}", entry.getKey(), invalid.getMessage());
            return Stream.empty();
        }
    }

    /** Each one's settings, in the order of their names. */
    private Map<String, String> all() {
        Map<String, String> entries = new LinkedHashMap<>();
        database.jdbc()
                .sql("select name, settings from provider_entry order by name")
                .query(row -> {
                    entries.put(row.getString("name"), row.getString("settings"));
                });
        return entries;
    }

    private int remove(String name) {
        return database.jdbc()
                .sql("delete from provider_entry where name = ?")
                .params(name)
                .update();
    }
}
