package dev.weir.engine.admission;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.streaming.TokenStream;

/**
 * An admitted request on its way to the engine thread.
 *
 * @param submittedNanos when it came in, by the engine's ticker
 */
public record Submission(GenerationRequest request, TokenStream stream, long submittedNanos) {}
