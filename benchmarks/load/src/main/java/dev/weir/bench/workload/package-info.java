/**
 * What is asked of a server, before anything is sent: sessions of one or several turns, with the lengths that were ordered. The same workload and
 * seed make the same sessions.
 *
 * <p>A {@link dev.weir.bench.workload.Workload} draws lengths ({@link dev.weir.bench.workload.Lengths}) and has
 * {@link dev.weir.bench.workload.PromptWriter} write texts of so many tokens, as a {@link dev.weir.bench.workload.TokenCounter} counts them: the
 * server's own tokenizer where it lends it, else a stated approximation.
 */
@NullMarked
package dev.weir.bench.workload;

import org.jspecify.annotations.NullMarked;
