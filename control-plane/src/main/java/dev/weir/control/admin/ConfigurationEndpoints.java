package dev.weir.control.admin;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.configuration.Problem;
import dev.weir.control.configuration.Reload;
import dev.weir.control.configuration.Version;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The configuration that serves, the next one, and whether a text could be it. */
@RestController
public final class ConfigurationEndpoints {
    private static final int UNPROCESSABLE = 422;

    private final LiveConfiguration<?> configuration;

    public ConfigurationEndpoints(LiveConfiguration<?> configuration) {
        this.configuration = configuration;
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

    /** What became of a reload. */
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

    @PostMapping("/admin/configuration/reload")
    Mono<ResponseEntity<Outcome>> reload() {
        return Mono.fromCallable(configuration::reload)
                .subscribeOn(Schedulers.boundedElastic())
                .map(reload -> switch (reload) {
                    case Reload.Applied(long number) -> ResponseEntity.ok(new Outcome("applied", number, List.of()));
                    case Reload.Unchanged(long number) ->
                        ResponseEntity.ok(new Outcome("unchanged", number, List.of()));
                    case Reload.Refused refused ->
                        ResponseEntity.status(UNPROCESSABLE)
                                .body(new Outcome(
                                        "refused", configuration.current().number(), refused.reasons()));
                });
    }

    @PostMapping("/admin/configuration/check")
    Checked check(@RequestBody String text) {
        List<Problem> problems = configuration.check(new ConfigurationText(text));
        return new Checked(problems.isEmpty(), problems);
    }
}
