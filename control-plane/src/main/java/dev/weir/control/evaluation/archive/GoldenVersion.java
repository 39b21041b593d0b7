package dev.weir.control.evaluation.archive;

import java.time.Instant;

/** A version of a golden set, without its cases. */
public record GoldenVersion(
        String setName, int number, String hash, int caseCount, String author, String note, Instant createdAt) {}
