package dev.weir.engine.lifecycle;

import java.nio.file.Path;

/**
 * A model that can be loaded.
 *
 * @param name what requests call it
 * @param path its directory or file
 */
public record ModelSpec(String name, Path path, ModelSettings settings) {}
