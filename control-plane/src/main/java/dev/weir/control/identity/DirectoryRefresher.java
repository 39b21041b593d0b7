package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Keeps the directory as new as the database, a few times a second. */
public final class DirectoryRefresher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DirectoryRefresher.class);

    private final Directory directory;
    private final Database database;
    private final Duration every;
    private final Scheduler timer;
    private boolean failing;
    private volatile @Nullable Disposable running;

    public DirectoryRefresher(Directory directory, Database database, Duration every, Scheduler timer) {
        this.directory = directory;
        this.database = database;
        this.every = every;
        this.timer = timer;
    }

    @Override
    public void start() {
        directory.refresh();
        running = Mono.delay(every, timer).then(refresh()).repeat().subscribe();
    }

    /** Fails only once in the log, however long the database is away. */
    private Mono<Boolean> refresh() {
        return database.<Boolean>ask(() -> {
                    directory.refresh();
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
