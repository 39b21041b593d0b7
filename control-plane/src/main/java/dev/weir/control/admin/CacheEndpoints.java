package dev.weir.control.admin;

import dev.weir.control.cache.ResponseCache;
import dev.weir.control.cache.ResponseCache.Comparisons;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.storage.Database;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
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

    /**
     * How well questions are compared by meaning.
     *
     * @param hits answers that were given
     * @param explored requests for which an engine was asked because the cache was not sure, and exploredRight of them would have been right
     * @param checked answers that were given and asked an engine for afterwards; checkedWrong of them were wrong
     * @param falseHitRate checkedWrong of checked; absent where nothing was checked
     */
    public record Meaning(
            String tenant,
            long hits,
            long explored,
            long exploredRight,
            long checked,
            long checkedWrong,
            @Nullable Double falseHitRate) {
        static Meaning of(Comparisons seen) {
            return new Meaning(
                    seen.tenant(),
                    seen.hits(),
                    seen.explored(),
                    seen.exploredRight(),
                    seen.checked(),
                    seen.checkedWrong(),
                    seen.checked() == 0 ? null : (double) seen.checkedWrong() / seen.checked());
        }
    }

    /** By tenant, since this replica started or the tenant's answers were forgotten. */
    @GetMapping("/admin/cache")
    List<Meaning> meanings() {
        return cache.comparisons().stream().map(Meaning::of).toList();
    }

    public record Purged(String tenant) {}

    /** Forgets every answer that the tenant was given, also those that are on their way. */
    @DeleteMapping("/admin/cache/{tenant}")
    Mono<Purged> purge(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String tenant) {
        return Refusals.toItsEnd(cache.purge(tenant).then(Refusals.ask(database, () -> noted(caller, tenant))));
    }

    private Purged noted(Caller caller, String tenant) {
        return changes.change(caller, "cache.purge", tenant, _ -> Map.of(), _ -> new Purged(tenant));
    }
}
