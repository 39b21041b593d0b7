package dev.weir.control.configuration;

import dev.weir.control.configuration.Reload.Applied;
import dev.weir.control.configuration.Reload.Refused;
import dev.weir.control.configuration.Reload.Unchanged;
import dev.weir.control.digest.Sha256;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that serves now, and the way to the next.
 *
 * <p>Thread-safety: reading is one volatile read; versions are made and followed one at a time.
 */
public final class LiveConfiguration<T> {
    private static final Logger log = LoggerFactory.getLogger(LiveConfiguration.class);
    private static final int FINGERPRINT_CHARS = 12;

    /**
     * For requests that came in under them. A file is read once a second and the database four times a second, so the oldest was exchanged
     * a minute ago, unless somebody makes changes here quicker than that.
     */
    private static final int EARLIER_MAX = 256;

    private final @Nullable Path file;
    private final Path directory;
    private final Function<Section, T> reader;
    private final InstantSource clock;
    private final List<Consumer<T>> followers = new CopyOnWriteArrayList<>();
    private final Map<Long, Version<T>> earlier = new ConcurrentHashMap<>();
    private T said;
    private UnaryOperator<T> amendment = UnaryOperator.identity();
    private volatile Version<T> current;
    private volatile @Nullable Refused lastRefusal;

    /**
     * The first version.
     *
     * @param file where it stands; null where there is none and every default holds
     * @throws InvalidConfiguration when it cannot be used: nothing serves yet that could go on
     */
    public LiveConfiguration(@Nullable Path file, Function<Section, T> reader, InstantSource clock) {
        this.file = file;
        this.directory = file == null ? Path.of("") : file.toAbsolutePath().resolveSibling("");
        this.reader = reader;
        this.clock = clock;
        try {
            ConfigurationText text = file == null ? ConfigurationText.EMPTY : new ConfigurationText(textOf(file));
            this.said = read(text);
            this.current = new Version<>(1, clock.instant(), fingerprint(text.text()), said);
        } catch (IOException unreadable) {
            throw new InvalidConfiguration(List.of(new Problem(1, "", reason(unreadable))));
        }
    }

    /** The version that serves; a request asks once and keeps what it got. */
    public Version<T> current() {
        return current;
    }

    /** The version of this number; the one that serves where there is none, or where it has been exchanged too often since. */
    public Version<T> at(long number) {
        Version<T> serving = current;
        return number == serving.number() ? serving : earlier.getOrDefault(number, serving);
    }

    /** Where it stands, if it stands in a file. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** Why the file was refused when it was last read, until it is used again. */
    public Optional<Refused> lastRefusal() {
        return Optional.ofNullable(lastRefusal);
    }

    /** Calls the follower with what serves now and with whatever serves later. */
    public synchronized void follow(Consumer<T> follower) {
        followers.add(follower);
        follower.accept(current.value());
    }

    /** Checks a text as if it were the file's, and changes nothing. */
    public List<Problem> check(ConfigurationText text) {
        try {
            read(text);
            return List.of();
        } catch (InvalidConfiguration invalid) {
            return invalid.problems();
        }
    }

    /** What a text would mean, if it were the file's. */
    public T read(ConfigurationText text) {
        return text.read(reader, directory);
    }

    /** The file's text as it stands there now, used or not; none where there is no file. */
    public Optional<ConfigurationText> text() throws IOException {
        return file == null ? Optional.empty() : Optional.of(new ConfigurationText(textOf(file)));
    }

    /**
     * Puts a text that can be used into the place of the one with this fingerprint, and uses it. Whoever reads the file meanwhile reads the
     * one or the other.
     *
     * @throws InvalidConfiguration where it cannot be used
     * @throws IllegalStateException where there is no file, or it is not any more what the text was made from
     */
    public synchronized Reload replace(String expected, ConfigurationText text) throws IOException {
        if (file == null) {
            throw new IllegalStateException(
                    "Weir was started without a configuration file that could be changed: start it with --config FILE");
        }
        String found = fingerprint(textOf(file));
        if (!found.equals(expected)) {
            throw new IllegalStateException("the file was changed meanwhile, it is " + found + " now: read it again");
        }
        read(text);
        // A link stays a link, and points to the new text.
        Path real = file.toRealPath();
        Path next = Files.createTempFile(real.getParent(), real.getFileName().toString(), ".next");
        try {
            Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(real));
            Files.writeString(next, text.text());
            Files.move(next, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
        return reload();
    }

    /** Reads the file again, and uses it if it can be used. */
    public synchronized Reload reload() {
        if (file == null) {
            return new Unchanged(current.number());
        }
        try {
            ConfigurationText text = new ConfigurationText(textOf(file));
            T next = read(text);
            lastRefusal = null;
            String fingerprint = fingerprint(text.text());
            if (fingerprint.equals(current.fingerprint())) {
                return new Unchanged(current.number());
            }
            said = next;
            serve(fingerprint);
            return new Applied(current.number());
        } catch (InvalidConfiguration invalid) {
            return refused(invalid.problems().stream().map(Problem::toString).toList());
        } catch (IOException unreadable) {
            return refused(List.of(reason(unreadable)));
        }
    }

    /**
     * Adds to what the file says, now and whenever it is read again, in place of what was added before. That is a version of its own,
     * because a request keeps the one that it came in under.
     */
    public synchronized void amend(UnaryOperator<T> added) {
        amendment = added;
        serve(current.fingerprint());
    }

    private void serve(String fingerprint) {
        Version<T> next = new Version<>(current.number() + 1, clock.instant(), fingerprint, amendment.apply(said));
        earlier.put(current.number(), current);
        earlier.remove(current.number() - EARLIER_MAX);
        current = next;
        followers.forEach(follower -> follower.accept(next.value()));
        log.info("configuration {} serves, version {}", fingerprint, next.number());
    }

    private Refused refused(List<String> reasons) {
        Refused refusal = new Refused(clock.instant(), reasons);
        lastRefusal = refusal;
        log.warn("{} is not used, version {} goes on serving: {}", file, current.number(), String.join("; ", reasons));
        return refusal;
    }

    private static String textOf(Path file) throws IOException {
        return Files.readString(file);
    }

    private static String reason(IOException unreadable) {
        return unreadable instanceof MalformedInputException
                ? "the file is not UTF-8"
                : "the file cannot be read: " + unreadable.getMessage();
    }

    /** What a text is called by: equal wherever the text is. */
    public static String fingerprint(String text) {
        return Sha256.hexOf(text).substring(0, FINGERPRINT_CHARS);
    }
}
