package dev.weir.engine.adapters;

import dev.weir.engine.model.AdapterDirectory;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The adapters of one model, by name.
 *
 * <p>Thread-safety: all methods may be called from any thread. Whoever only asks never waits, nor does who ends a use, though a load that
 * goes on may take its time.
 */
public final class Adapters implements AutoCloseable {

    /** Of one model, those that only finish what they began with among them. */
    public static final int ADAPTERS_MAX = 64;

    public static final int NAME_CHARS_MAX = 256;

    private final Function<? super AdapterDirectory, AdapterWeights> loader;
    private final AtomicInteger loadedCount = new AtomicInteger();
    private volatile SortedMap<String, Adapter> named = Collections.emptySortedMap(); // replaced as a whole
    private boolean closed;

    /**
     * None yet.
     *
     * @param loader gives a directory's tensors to the backend; throws {@link AdapterException} where they do not fit the model
     */
    public Adapters(Function<? super AdapterDirectory, AdapterWeights> loader) {
        this.loader = loader;
    }

    /** Of a model that has none, and takes none. */
    public static Adapters none() {
        return new Adapters(_ -> {
            throw new AdapterException("this model takes no adapters");
        });
    }

    /**
     * Loads an adapter; its name stands for it from here on.
     *
     * @param replace the name may stand for another adapter until now, which goes when its users have ended
     * @throws AdapterException where it does not fit, or the name is taken, or there are {@value #ADAPTERS_MAX} already
     */
    public synchronized Adapter load(String name, AdapterDirectory directory, boolean replace, long createdSeconds) {
        requireName(name);
        if (closed) {
            throw new AdapterException("the model is being unloaded");
        }
        Adapter earlier = named.get(name);
        if (earlier != null && !replace) {
            throw new AdapterException("there is an adapter " + name + " already; unload it first, or load in place");
        }
        if (loadedCount.get() >= ADAPTERS_MAX) {
            throw new AdapterException("the model has " + ADAPTERS_MAX + " adapters, which is the limit"
                    + (named.size() < ADAPTERS_MAX ? " (some are unloaded, and still in use)" : "; unload one first"));
        }
        AdapterWeights weights = loader.apply(directory);
        loadedCount.incrementAndGet();
        Adapter adapter = new Adapter(name, directory, createdSeconds, weights, loadedCount::decrementAndGet);
        SortedMap<String, Adapter> more = new TreeMap<>(named);
        more.put(name, adapter);
        named = Collections.unmodifiableSortedMap(more);
        if (earlier != null) {
            earlier.leave();
        }
        return adapter;
    }

    /** The name stands for nothing any more; the adapter goes when its users have ended. False where there is none of that name. */
    public synchronized boolean unload(String name) {
        SortedMap<String, Adapter> fewer = new TreeMap<>(named);
        Adapter adapter = fewer.remove(name);
        if (adapter == null) {
            return false;
        }
        named = Collections.unmodifiableSortedMap(fewer);
        adapter.leave();
        return true;
    }

    public Optional<Adapter> find(String name) {
        return Optional.ofNullable(named.get(name));
    }

    /** Those that can be asked for now, by name. */
    public Collection<Adapter> all() {
        return named.values();
    }

    /** How many the backend holds: those that {@link #all} gives, and those that only finish what they began with. */
    public int loadedCount() {
        return loadedCount.get();
    }

    /** Unloads all, and loads no more. */
    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(named.keySet()).forEach(this::unload);
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > NAME_CHARS_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new AdapterException(
                    "an adapter's name has 1 to " + NAME_CHARS_MAX + " characters, not all blank and none a control");
        }
    }
}
