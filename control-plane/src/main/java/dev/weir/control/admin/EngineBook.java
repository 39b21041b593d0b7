package dev.weir.control.admin;

import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.Fleet.Origin;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Mirror;
import dev.weir.control.storage.Database;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Engines that were registered while Weir runs and engines that are drained, in the database, so that every replica sends its requests to the
 * same ones and a new replica to them, too. An engine of this process's own is drained here alone. Changing waits for the database.
 *
 * <p>Thread-safety: one at a time brings what the database has to the fleet.
 */
public final class EngineBook implements Mirror {
    private static final int REGISTERED_MAX = 1000;
    private static final int URL_CHARS_MAX = 2000;
    private static final int REGION_CHARS_MAX = 200;

    private final Fleet fleet;
    private final Database database;
    private final ChangeLog changes;
    private long version = -1;

    public EngineBook(Fleet fleet, Database database, ChangeLog changes) {
        this.fleet = fleet;
        this.database = database;
        this.changes = changes;
    }

    /**
     * An engine that somebody has said something about.
     *
     * @param url null where it was not registered: the configuration has it
     */
    private record Entry(String name, @Nullable String url, String region, boolean draining) {
        Optional<Engine> registered() {
            return url == null ? Optional.empty() : Optional.of(new Engine(name, URI.create(url), region));
        }
    }

    @Override
    public synchronized void refresh() {
        long now = changes.version();
        if (now == version) {
            return;
        }
        List<Entry> entries = all();
        fleet.drainShared(
                entries.stream().filter(Entry::draining).map(Entry::name).collect(Collectors.toSet()));
        List<Engine> registered =
                entries.stream().flatMap(entry -> entry.registered().stream()).toList();
        if (!registered.equals(fleet.members(Origin.REGISTERED))) {
            fleet.setMembers(Origin.REGISTERED, registered);
        }
        version = now;
    }

    /** From now on there is such an engine, in place of another one of that name; one that is drained stays so if it stays where it is. */
    void register(Caller by, Engine engine) {
        // Everybody who may look is told the address, and the audit log, too.
        if (engine.url().getRawUserInfo() != null) {
            throw new IllegalArgumentException("an engine's address has no user and no password in it");
        }
        if (engine.url().toString().length() > URL_CHARS_MAX || engine.region().length() > REGION_CHARS_MAX) {
            throw new IllegalArgumentException("an engine's address has at most " + URL_CHARS_MAX
                    + " characters, and its region " + REGION_CHARS_MAX);
        }
        change(by, "engine.register", engine, () -> {
            Optional<Entry> before = find(engine.name());
            long others = all().stream()
                    .filter(entry -> entry.url() != null && !entry.name().equals(engine.name()))
                    .count();
            if (others >= REGISTERED_MAX) {
                throw new IllegalArgumentException("at most " + REGISTERED_MAX + " engines can be registered");
            }
            String url = engine.url().toString();
            boolean stays = before.filter(
                            entry -> entry.draining() && (entry.url() == null || Objects.equals(entry.url(), url)))
                    .isPresent();
            put(new Entry(engine.name(), url, engine.region(), stays));
        });
    }

    /** Forgets an engine that was registered. */
    void deregister(Caller by, Engine engine) {
        change(by, "engine.deregister", engine, () -> {
            if (find(engine.name()).filter(entry -> entry.url() != null).isEmpty()) {
                throw new IllegalArgumentException(
                        "the engine " + engine.name() + " was not registered: only the configuration can take it out");
            }
            remove(engine.name());
        });
    }

    /** Has it sent nothing new, or again. */
    void drain(Caller by, Engine engine, boolean draining) {
        boolean own = fleet.isOwn(engine);
        change(by, draining ? "engine.drain" : "engine.resume", engine, () -> {
            if (own) {
                return;
            }
            Entry entry = find(engine.name()).orElseGet(() -> new Entry(engine.name(), null, "", false));
            remove(engine.name());
            if (draining || entry.url() != null) {
                put(new Entry(entry.name(), entry.url(), entry.region(), draining));
            }
        });
        if (own) {
            fleet.drain(engine, draining);
        }
    }

    private void change(Caller by, String action, Engine engine, Runnable work) {
        changes.change(
                by, action, engine.name(), _ -> Map.of("url", engine.url().toString()), _ -> {
                    work.run();
                    return engine;
                });
        refresh();
    }

    private List<Entry> all() {
        return database.jdbc()
                .sql("select name, url, region, draining from engine_entry order by name")
                .query((row, _) -> new Entry(
                        row.getString("name"),
                        row.getString("url"),
                        row.getString("region"),
                        row.getBoolean("draining")))
                .list();
    }

    private Optional<Entry> find(String name) {
        return all().stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    private void put(Entry entry) {
        remove(entry.name());
        database.jdbc()
                .sql("insert into engine_entry (name, url, region, draining) values (?, ?, ?, ?)")
                .param(entry.name())
                .param(entry.url())
                .param(entry.region())
                .param(entry.draining())
                .update();
    }

    private void remove(String name) {
        database.jdbc()
                .sql("delete from engine_entry where name = ?")
                .params(name)
                .update();
    }
}
