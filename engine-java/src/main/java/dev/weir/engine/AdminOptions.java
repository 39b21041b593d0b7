package dev.weir.engine;

import dev.weir.engine.EngineConfig.Administration;
import dev.weir.engine.http.AdminGuard;
import dev.weir.engine.lifecycle.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about models that come and go while the engine runs. */
final class AdminOptions {

    /** Where the admin token may be given without showing in the list of processes. */
    static final String TOKEN_VARIABLE = "WEIR_ADMIN_TOKEN";

    @Option(
            names = "--model-repository",
            paramLabel = "DIR",
            description =
                    "A directory whose sub-directories are models that can be loaded by name while the engine runs.")
    private @Nullable Path repository;

    @Option(
            names = "--model-root",
            paramLabel = "DIR",
            description = "A directory within which a load may name a path; repeatable.")
    private List<Path> roots = new ArrayList<>();

    @Option(
            names = "--alias",
            paramLabel = "NAME=MODEL",
            description = "A second name for a model that the engine starts with; repeatable.")
    private Map<String, String> aliases = new LinkedHashMap<>();

    @Option(
            names = "--wake-on-request",
            description = "A request to a sleeping model wakes it and waits, instead of being refused.")
    private boolean wakeOnRequest;

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "A file with the token that lets callers from elsewhere move models (or set " + TOKEN_VARIABLE
                    + ").")
    private @Nullable Path tokenFile;

    boolean hasRepository() {
        return repository != null;
    }

    /** What the options say together. */
    Administration administration() {
        return new Administration(
                new ModelRepository(Optional.ofNullable(repository), roots),
                aliases,
                wakeOnRequest,
                token().map(AdminGuard::withToken).orElseGet(AdminGuard::loopbackOnly));
    }

    private Optional<String> token() {
        Path file = tokenFile;
        if (file == null) {
            return Optional.ofNullable(System.getenv(TOKEN_VARIABLE)).filter(token -> !token.isBlank());
        }
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new IllegalArgumentException("--admin-token-file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
