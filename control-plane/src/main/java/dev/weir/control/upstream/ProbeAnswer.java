package dev.weir.control.upstream;

/** The whole of a small answer. */
public record ProbeAnswer(int status, String text) {}
