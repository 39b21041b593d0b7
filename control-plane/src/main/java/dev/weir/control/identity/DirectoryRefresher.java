package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Keeps what is mirrored in memory as new as the database, a few times a second. */
public final class DirectoryRefresher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DirectoryRefresher.class);

    private final List<Mirror> mirrors;
    private final Database database;
    private final Duration every;
    private final Scheduler timer;
    private boolean failing;
    private volatile @Nullable Disposable running;

    public DirectoryRefresher(List<Mirror> mirrors, Database database, Duration every, Scheduler timer) {
        this.mirrors = List.copyOf(mirrors);
        this.database = database;
        this.every = every;
        this.timer = timer;
    }

    @Override
    public void start() {
        mirrors.forEach(Mirror::refresh);
        running = Mono.delay(every, timer).then(refresh()).repeat().subscribe();
    }

    /** Fails only once in the log, however long the database is away. */
    private Mono<Boolean> refresh() {
        return database.<Boolean>ask(() -> {
                    mirrors.forEach(Mirror::refresh);
                    if (failing) {
                        failing = false;
                        log.info("the directory of keys is fresh again");
                    }
                    return true;
                })
                .onErrorResume(failure -> {
                    if (!failing) {
                        failing = true;
                        log.warn("keys cannot be refreshed, the last known ones are used: {}", failure.getMessage());
                    }
                    return Mono.just(false);
                });
    }

    @Override
    public void stop() {
        Disposable refreshing = running;
        if (refreshing != null) {
            refreshing.dispose();
            running = null;
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }
}
