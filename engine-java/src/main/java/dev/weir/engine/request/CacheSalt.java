package dev.weir.engine.request;

/** A digest of whose prompts these are: 128 bits of a cryptographic hash, so that no two salts are ever taken for one. */
public record CacheSalt(long high, long low) {

    /** Of everybody for whom nobody who is trusted has set one. */
    public static final CacheSalt NONE = new CacheSalt(0, 0);
}
