/**
 * Asking a model every case of a set and grading what it says.
 *
 * <p>An {@link dev.weir.control.evaluation.run.EvaluationRun} asks in parallel and hands each
 * {@link dev.weir.control.evaluation.run.Attempt} to whoever keeps it, at once, so a run that was cut short goes on where it was. What is
 * asked is any server that speaks OpenAI's API: a {@link dev.weir.control.evaluation.run.ModelServer}.
 */
@NamedInterface("run")
@NullMarked
package dev.weir.control.evaluation.run;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
