package dev.weir.engine.adapters;

import dev.weir.engine.model.AdapterDirectory;

/**
 * A loaded adapter. It stays as long as its name stands for it, or somebody uses it.
 *
 * <p>Thread-safety: all methods may be called from any thread.
 */
public final class Adapter {

    private final String name;
    private final AdapterDirectory directory;
    private final long createdSeconds;
    private final AdapterWeights weights;
    private final Runnable onGone;
    private int users;
    private boolean named = true;

    Adapter(String name, AdapterDirectory directory, long createdSeconds, AdapterWeights weights, Runnable onGone) {
        this.name = name;
        this.directory = directory;
        this.createdSeconds = createdSeconds;
        this.weights = weights;
        this.onGone = onGone;
    }

    public String name() {
        return name;
    }

    /** Where it came from. */
    public AdapterDirectory directory() {
        return directory;
    }

    /** When it was loaded, in Unix time. */
    public long createdSeconds() {
        return createdSeconds;
    }

    /** What step plans call it. */
    public long id() {
        return weights.id();
    }

    /** One more user, who will call {@link #end} once; false where the adapter's name is gone, and with it the adapter soon. */
    public synchronized boolean begin() {
        if (!named) {
            return false;
        }
        users++;
        return true;
    }

    /** One user less. */
    public void end() {
        boolean last;
        synchronized (this) {
            if (users == 0) {
                throw new IllegalStateException("adapter " + name + " has no user who could end");
            }
            users--;
            last = users == 0 && !named;
        }
        if (last) {
            go();
        }
    }

    /** The name stands for it no longer: it goes with its last user, or now. */
    void leave() {
        boolean unused;
        synchronized (this) {
            if (!named) {
                throw new IllegalStateException("adapter " + name + " left before");
            }
            named = false;
            unused = users == 0;
        }
        if (unused) {
            go();
        }
    }

    private void go() {
        weights.release().run();
        onGone.run();
    }
}
