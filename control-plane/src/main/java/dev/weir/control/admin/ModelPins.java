package dev.weir.control.admin;

import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models that somebody wants to stay. Nobody unloads one, or puts it to sleep, through a control plane before the pin is taken out again: a
 * dialog is confirmed too quickly for what a department depends on. Waits for the database.
 */
final class ModelPins {
    private static final String ALL = "select engine, model, actor, reason, at from model_pin";

    private final Database database;
    private final ChangeLog changes;

    ModelPins(Database database, ChangeLog changes) {
        this.database = database;
        this.changes = changes;
    }

    /** Who pinned a model, and why. */
    public record Pin(String engine, String model, String actor, String reason, Instant at) {
        boolean isOf(String itsEngine, String itsModel) {
            return engine.equals(itsEngine) && model.equals(itsModel);
        }
    }

    List<Pin> all() {
        return database.jdbc()
                .sql(ALL)
                .query((row, _) -> new Pin(
                        row.getString("engine"),
                        row.getString("model"),
                        row.getString("actor"),
                        row.getString("reason"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    Optional<Pin> find(String engine, String model) {
        return all().stream().filter(pin -> pin.isOf(engine, model)).findFirst();
    }

    /** Pins it, in place of an older pin. */
    Pin pin(Caller by, String engine, String model) {
        Pin pin = new Pin(engine, model, by.actor(), AdminAccess.requireReason(by), changes.now());
        return changes.change(by, "model.pin", model, _ -> Map.of("engine", engine), _ -> {
            remove(engine, model);
            database.jdbc()
                    .sql("insert into model_pin (engine, model, actor, reason, at) values (?, ?, ?, ?, ?)")
                    .params(engine, model, pin.actor(), pin.reason(), pin.at().atOffset(ZoneOffset.UTC))
                    .update();
            return pin;
        });
    }

    /** Takes the pin out; where there is none there is none afterwards. */
    void unpin(Caller by, String engine, String model) {
        changes.change(by, "model.unpin", model, _ -> Map.of("engine", engine), _ -> remove(engine, model));
    }

    private int remove(String engine, String model) {
        return database.jdbc()
                .sql("delete from model_pin where engine = ? and model = ?")
                .params(engine, model)
                .update();
    }
}
