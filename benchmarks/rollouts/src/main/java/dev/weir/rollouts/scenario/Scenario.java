package dev.weir.rollouts.scenario;

import java.util.function.Function;

/** Something to be played, by its name in docs/rollouts.md. */
public record Scenario(String id, String title, Function<Study, Result> play) {}
