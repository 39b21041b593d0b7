/**
 * Measures how often served models are right. {@link dev.weir.models.evaluation.Evaluation} asks every labelled case of an
 * {@link dev.weir.models.evaluation.Answerer}, which is an OpenAI-compatible server in the command and a script in tests;
 * {@link dev.weir.models.evaluation.Accuracy} counts the outcomes; {@link dev.weir.models.evaluation.LocalServer} starts Weir itself
 * where no server was named.
 */
@NullMarked
package dev.weir.models.evaluation;

import org.jspecify.annotations.NullMarked;
