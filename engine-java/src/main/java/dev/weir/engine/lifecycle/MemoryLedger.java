package dev.weir.engine.lifecycle;

import dev.weir.engine.device.Quantities;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Whose memory is whose, so that a model that does not fit is refused before anything of it is loaded, also while others load.
 *
 * <p>What the system calls available leaves out memory that is taken, and counts in what is only promised: the models that load now, and
 * mapped weights, whose pages it would give to anybody who asks. Both are taken off here. While a load goes on, what it has taken already
 * is counted twice: a neighbour may be refused that would just fit, never admitted where it does not.
 */
public final class MemoryLedger {

    private final LongSupplier availableBytes;
    private final Map<String, MemoryNeed> loading = new LinkedHashMap<>();
    private final Map<String, MemoryNeed> loaded = new LinkedHashMap<>();

    /**
     * An empty ledger.
     *
     * @param availableBytes what the system says that can be had without swapping, now
     */
    public MemoryLedger(LongSupplier availableBytes) {
        this.availableBytes = availableBytes;
    }

    /** Bytes that a further model could have. */
    public synchronized long freeBytes() {
        long promised =
                loading.values().stream().mapToLong(MemoryNeed::totalBytes).sum();
        long mapped =
                loaded.values().stream().mapToLong(MemoryNeed::mappedBytes).sum();
        return Math.max(0, availableBytes.getAsLong() - promised - mapped);
    }

    /**
     * Promises memory to a model that begins to load.
     *
     * @param need what it needs, given what is free
     * @throws ModelLoadException where it does not fit
     */
    synchronized MemoryNeed reserve(String model, LongFunction<MemoryNeed> need) {
        Fit fit = assess(model, need);
        if (fit.refusal() != null) {
            throw new ModelLoadException(Outcome.Reason.DOES_NOT_FIT, fit.refusal());
        }
        loading.put(model, fit.need());
        return fit.need();
    }

    /** What {@link #reserve} would say now; promises nothing. */
    synchronized Fit assess(String model, LongFunction<MemoryNeed> need) {
        long freeBytes = freeBytes();
        MemoryNeed asked = need.apply(freeBytes);
        return new Fit(asked, freeBytes, asked.totalBytes() <= freeBytes ? null : refusal(model, asked, freeBytes));
    }

    /** The model has taken what it was promised. */
    synchronized void settle(String model) {
        MemoryNeed taken = loading.remove(model);
        if (taken != null) {
            loaded.put(model, taken);
        }
    }

    /** The model has nothing, or nothing any more. */
    synchronized void release(String model) {
        loading.remove(model);
        loaded.remove(model);
    }

    private String refusal(String model, MemoryNeed asked, long freeBytes) {
        return model + " needs " + asked.describe() + ", " + Quantities.bytes(freeBytes) + " free"
                + list(", not counting what loads now: ", loading)
                + list("; loaded are ", loaded)
                + ": unload a model or put it to sleep, give this one a smaller KV cache or context, or quantize it";
    }

    private static String list(String introduction, Map<String, MemoryNeed> models) {
        return models.isEmpty()
                ? ""
                : models.entrySet().stream()
                        .map(model -> model.getKey() + " ("
                                + Quantities.bytes(model.getValue().totalBytes()) + ")")
                        .collect(Collectors.joining(", ", introduction, ""));
    }
}
