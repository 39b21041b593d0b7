package dev.weir.control.cache;

/** What the cache says of a request. */
public sealed interface Lookup {

    /** Nothing of this kind is remembered here. */
    record Off() implements Lookup {}

    /** Such requests are remembered, this one is not. */
    record Bypass(String reason) implements Lookup {}

    /**
     * The answer is not known.
     *
     * @param recording to be shown the answer, which is known afterwards
     */
    record Miss(String reason, Recording recording) implements Lookup {}

    /**
     * The answer is known.
     *
     * @param check to be shown what an engine answers, after this one was given; {@link Recording#NONE} where nobody wants to know
     */
    record Hit(HitKind kind, String reason, CachedAnswer answer, Recording check) implements Lookup {}
}
