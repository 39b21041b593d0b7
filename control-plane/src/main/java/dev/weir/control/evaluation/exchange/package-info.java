/**
 * Golden sets from elsewhere and to elsewhere: our own lines, generic rows of question and answer, promptfoo, OpenAI's evals, and part of
 * lm-evaluation-harness.
 *
 * <p>What a format can say and we cannot do is told by name in {@link dev.weir.control.evaluation.exchange.Imported#unsupported}; nothing is
 * dropped in silence.
 */
@NamedInterface("exchange")
@NullMarked
package dev.weir.control.evaluation.exchange;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
