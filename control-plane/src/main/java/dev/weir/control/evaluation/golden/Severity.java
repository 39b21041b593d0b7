package dev.weir.control.evaluation.golden;

/** What a wrong answer would do. A single {@link #CRITICAL} case that a new model fails and the old one passed stops a gate. */
public enum Severity {
    MINOR,
    NORMAL,
    CRITICAL
}
