package dev.weir.control.admin;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.configuration.Reload;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Scope;
import dev.weir.control.storage.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/**
 * The configuration's text, to read and to replace, and the texts that were there before. For administrators alone: settings in it may
 * hold passwords.
 */
@RestController
public final class ConfigurationTextEndpoints {
    private static final int VERSIONS_MAX = 50;

    private final LiveConfiguration<?> configuration;
    private final ChangeLog changes;
    private final Database database;

    public ConfigurationTextEndpoints(LiveConfiguration<?> configuration, ChangeLog changes, Database database) {
        this.configuration = configuration;
        this.changes = changes;
        this.database = database;
    }

    /**
     * The file as it stands.
     *
     * @param text null where Weir was started without a file
     */
    public record FileText(@Nullable String text, @Nullable String fingerprint) {}

    /**
     * A text for the file.
     *
     * @param expected the fingerprint of the text that it was made from, so that nobody's change is lost
     */
    public record NewText(String text, String expected) {}

    /** A text that was put there. */
    public record TextVersion(long seq, String fingerprint, Instant at, String actor, String reason, String text) {}

    @GetMapping("/admin/configuration/text")
    Mono<FileText> text(@RequestAttribute(AdminAccess.CALLER) Caller caller) {
        caller.require(Scope.ADMINISTER);
        return Refusals.ask(
                database,
                () -> configuration
                        .text()
                        .map(text -> new FileText(text.text(), LiveConfiguration.fingerprint(text.text())))
                        .orElseGet(() -> new FileText(null, null)));
    }

    /** The newest first. */
    @GetMapping("/admin/configuration/versions")
    Mono<List<TextVersion>> versions(@RequestAttribute(AdminAccess.CALLER) Caller caller) {
        caller.require(Scope.ADMINISTER);
        return Refusals.ask(
                database,
                () -> database.jdbc()
                        .sql("select * from configuration_version order by seq desc limit " + VERSIONS_MAX)
                        .query((row, _) -> new TextVersion(
                                row.getLong("seq"),
                                row.getString("fingerprint"),
                                row.getObject("at", OffsetDateTime.class).toInstant(),
                                row.getString("actor"),
                                row.getString("reason"),
                                row.getString("content")))
                        .list());
    }

    /** Checks it, puts it in the file's place, and uses it; this replica at once, others as soon as they look. */
    @PutMapping("/admin/configuration/text")
    Mono<TextVersion> replace(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewText order) {
        caller.require(Scope.ADMINISTER);
        AdminAccess.requireReason(caller);
        return Refusals.ask(database, () -> replaced(caller, order));
    }

    private TextVersion replaced(Caller caller, NewText order) throws IOException {
        String before = configuration.text().map(ConfigurationText::text).orElse("");
        String fingerprint = LiveConfiguration.fingerprint(order.text());
        try {
            return changes.change(
                    caller, "configuration.replace", fingerprint, _ -> Map.of("before", order.expected()), seq -> {
                        if (isFirst()) {
                            keep(new TextVersion(
                                    0,
                                    order.expected(),
                                    changes.now(),
                                    "weir",
                                    "as it was before the first change",
                                    before));
                        }
                        TextVersion version = new TextVersion(
                                seq,
                                fingerprint,
                                changes.now(),
                                caller.actor(),
                                AdminAccess.requireReason(caller),
                                order.text());
                        keep(version);
                        // Last, so that a file that cannot be written leaves no trace.
                        put(order);
                        return version;
                    });
        } catch (InvalidConfiguration invalid) {
            throw new ResponseStatusException(HttpStatus.UNPROCESSABLE_CONTENT, invalid.getMessage());
        } catch (IllegalStateException conflict) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, conflict.getMessage());
        }
    }

    private void put(NewText order) {
        try {
            if (configuration.replace(order.expected(), new ConfigurationText(order.text()))
                    instanceof Reload.Refused refused) {
                throw new IllegalStateException(String.join("; ", refused.reasons()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the file cannot be written: " + failure.getMessage(), failure);
        }
    }

    private boolean isFirst() {
        return database.jdbc()
                        .sql("select count(*) from configuration_version")
                        .query(Long.class)
                        .single()
                == 0;
    }

    private void keep(TextVersion version) {
        database.jdbc()
                .sql("insert into configuration_version (seq, fingerprint, at, actor, reason, content)"
                        + " values (?, ?, ?, ?, ?, ?)")
                .params(
                        version.seq(),
                        version.fingerprint(),
                        version.at().atOffset(ZoneOffset.UTC),
                        version.actor(),
                        version.reason(),
                        version.text())
                .update();
    }
}
