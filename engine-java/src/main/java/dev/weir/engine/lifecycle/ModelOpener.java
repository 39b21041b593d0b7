package dev.weir.engine.lifecycle;

/** Makes models. */
public interface ModelOpener<M extends ManagedModel> {

    /**
     * Reads a model's headers and tokenizer; nothing of its weights.
     *
     * @return the model, asleep
     * @throws ModelLoadException where it cannot be served; nothing of it is left then
     */
    M open(ModelSpec spec);

    /**
     * What a model would take if it were opened and woken, from its headers alone; nothing stays open.
     *
     * @param freeBytes of memory that it could have
     * @throws ModelLoadException where it could not be served
     */
    MemoryNeed measure(ModelSpec spec, long freeBytes);
}
