package dev.weir.control.evaluation.judge;

/** An exhibit whose verdict is known. */
public record Canary(Exhibit exhibit, boolean passes) {}
