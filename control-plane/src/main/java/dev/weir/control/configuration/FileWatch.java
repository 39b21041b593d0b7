package dev.weir.control.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Looks at the configuration's file again and again, and has it read once it is different and has stayed so from one look to the next: a
 * file that is being written could end, for a moment, where it is valid and says less. Looking works where notifications do not, as with
 * the links that Kubernetes exchanges.
 */
public final class FileWatch implements SmartLifecycle {
    private final LiveConfiguration<?> configuration;
    private final Duration lookEvery;
    private final Scheduler timer;
    private @Nullable Stamp used;
    private @Nullable Stamp seen;
    private @Nullable Disposable looks;

    /** What tells one state of a file from the next, following links. */
    private record Stamp(long modifiedNanos, long byteCount, String realPath) {}

    public FileWatch(LiveConfiguration<?> configuration, Duration lookEvery, Scheduler timer) {
        this.configuration = configuration;
        this.lookEvery = lookEvery;
        this.timer = timer;
        this.used = stamp();
        this.seen = used;
    }

    @Override
    public synchronized void start() {
        if (looks == null && configuration.file().isPresent()) {
            looks = Flux.interval(lookEvery, timer)
                    .onBackpressureDrop()
                    .publishOn(Schedulers.boundedElastic(), 1)
                    .subscribe(_ -> look());
        }
    }

    @Override
    public synchronized void stop() {
        if (looks != null) {
            looks.dispose();
            looks = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return looks != null;
    }

    void look() {
        Stamp now = stamp();
        boolean settled = now != null && now.equals(seen) && !now.equals(used);
        seen = now;
        if (settled) {
            used = now;
            configuration.reload();
        }
    }

    private @Nullable Stamp stamp() {
        Path file = configuration.file().orElse(null);
        if (file == null) {
            return null;
        }
        try {
            Path real = file.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size(), real.toString());
        } catch (IOException _) {
            return null; // between two of its states; the next look finds one
        }
    }
}
