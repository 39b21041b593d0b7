package dev.weir.control.identity;

import java.time.Instant;

/**
 * Who changed what, and when.
 *
 * @param seq counts from 1 without a gap
 * @param detail what exactly, as JSON, without secrets
 * @param hash over this entry and the hash before it, in hexadecimal
 */
public record AuditEntry(
        long seq, Instant at, String actor, String action, String subject, String detail, String hash) {}
