package dev.weir.control.admin;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.configuration.Problem;
import dev.weir.control.configuration.Reload;
import dev.weir.control.configuration.Version;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.storage.Database;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The configuration that serves, the next one, and whether a text could be it. */
@RestController
public final class ConfigurationEndpoints {
    private static final int GOOD = 200;
    private static final int UNPROCESSABLE = 422;

    private final LiveConfiguration<?> configuration;
    private final ChangeLog changes;
    private final Database database;

    public ConfigurationEndpoints(LiveConfiguration<?> configuration, ChangeLog changes, Database database) {
        this.configuration = configuration;
        this.changes = changes;
        this.database = database;
    }

    /**
     * What serves now.
     *
     * @param refused why the file as it stands is not used; null where it is
     */
    public record Serving(
            long version,
            Instant since,
            String fingerprint,
            @Nullable String file,
            Reload.@Nullable Refused refused) {}

    /** What became of a reload; {@code version} serves now. */
    public record Outcome(String outcome, long version, List<String> reasons) {}

    /** What is wrong with a text. */
    public record Checked(boolean valid, List<Problem> problems) {}

    @GetMapping("/admin/configuration")
    Serving serving() {
        Version<?> current = configuration.current();
        return new Serving(
                current.number(),
                current.since(),
                current.fingerprint(),
                configuration.file().map(Path::toString).orElse(null),
                configuration.lastRefusal().orElse(null));
    }

    /** Reads the file now; the audit log says who wanted it, why, and what became of it. */
    @PostMapping("/admin/configuration/reload")
    Mono<ResponseEntity<Outcome>> reload(@RequestAttribute(AdminAccess.CALLER) Caller caller) {
        return Refusals.<Outcome>ask(
                        database,
                        () -> changes.change(
                                caller,
                                "configuration.reload",
                                "file",
                                outcome -> Map.of("outcome", outcome.outcome(), "version", outcome.version()),
                                _ -> outcome(configuration.reload())))
                .map(outcome -> ResponseEntity.status(outcome.reasons().isEmpty() ? GOOD : UNPROCESSABLE)
                        .body(outcome));
    }

    private Outcome outcome(Reload reload) {
        return switch (reload) {
            case Reload.Applied(long number) -> new Outcome("applied", number, List.of());
            case Reload.Unchanged(long number) -> new Outcome("unchanged", number, List.of());
            case Reload.Refused refused ->
                new Outcome("refused", configuration.current().number(), refused.reasons());
        };
    }

    /** Not on the event loop: it reads files, and compiles as many conditions as there are. */
    @PostMapping("/admin/configuration/check")
    Mono<Checked> check(@RequestBody String text) {
        return Refusals.ask(database, () -> {
            List<Problem> problems = configuration.check(new ConfigurationText(text));
            return new Checked(problems.isEmpty(), problems);
        });
    }
}
