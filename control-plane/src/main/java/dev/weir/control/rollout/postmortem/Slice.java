package dev.weir.control.rollout.postmortem;

/** A part of the traffic: {@code language = de}. */
public record Slice(String dimension, String value) {
    public Slice {
        if (dimension.isBlank()) {
            throw new IllegalArgumentException("a slice has a dimension");
        }
    }
}
