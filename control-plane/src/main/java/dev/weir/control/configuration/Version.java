package dev.weir.control.configuration;

import java.time.Instant;

/**
 * A configuration that serves, or did.
 *
 * @param number counts from 1 as versions replace each other in this process
 * @param since when it began to serve
 * @param fingerprint of its text, the same wherever the text is the same
 */
public record Version<T>(long number, Instant since, String fingerprint, T value) {}
