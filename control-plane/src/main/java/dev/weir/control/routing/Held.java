package dev.weir.control.routing;

import java.util.function.ToLongFunction;

/**
 * The model that a request's session has been with.
 *
 * @param warmBytes how much of the request's prompt is warm for a model, at the engine that has most of it
 */
record Held(String model, ToLongFunction<String> warmBytes) {}
