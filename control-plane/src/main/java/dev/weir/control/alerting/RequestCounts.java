package dev.weir.control.alerting;

/** Requests since the start, and those of them that failed through no fault of their callers. */
public record RequestCounts(long requestCount, long badCount) {}
