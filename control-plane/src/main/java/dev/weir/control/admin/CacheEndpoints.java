package dev.weir.control.admin;

import dev.weir.control.cache.ResponseCache;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.storage.Database;
import java.util.Map;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Answers that are remembered. */
@RestController
public final class CacheEndpoints {
    private final Database database;
    private final ChangeLog changes;
    private final ResponseCache cache;

    public CacheEndpoints(Database database, ChangeLog changes, ResponseCache cache) {
        this.database = database;
        this.changes = changes;
        this.cache = cache;
    }

    public record Purged(String tenant) {}

    /** Forgets every answer that the tenant was given, also those that are on their way. */
    @DeleteMapping("/admin/cache/{tenant}")
    Mono<Purged> purge(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String tenant) {
        return cache.purge(tenant).then(Refusals.ask(database, () -> noted(caller, tenant)));
    }

    private Purged noted(Caller caller, String tenant) {
        return changes.change(caller.actor(), "cache.purge", tenant, _ -> Map.of(), _ -> new Purged(tenant));
    }
}
