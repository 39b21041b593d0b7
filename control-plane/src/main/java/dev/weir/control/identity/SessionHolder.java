package dev.weir.control.identity;

/** Whom a session stands for. */
public sealed interface SessionHolder permits SessionHolder.OfKey, Person {
    /** Whoever holds a key. */
    record OfKey(String keyId) implements SessionHolder {}
}
