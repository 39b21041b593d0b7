package dev.weir.control.identity;

/** A key that was just made: the only moment at which its text is known. */
public record IssuedKey(ApiKey key, KeyText text) {}
