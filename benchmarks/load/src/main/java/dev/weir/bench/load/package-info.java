/**
 * When things are asked: the run itself. {@link dev.weir.bench.load.LoadRun} owns the state of a run and lives on one
 * {@link dev.weir.bench.load.Timeline}; it asks a {@link dev.weir.bench.load.CompletionClient} and hands every
 * {@link dev.weir.bench.load.Sample} to its observer. With a timeline that a test moves and a client that it scripts, a run of an hour takes
 * a moment and ends the same way each time.
 *
 * <p><b>No coordinated omission.</b> In an open loop the arrivals are drawn before anything is sent, and latencies count from the arrival, not from
 * the sending: a server that stalls for a second is charged for everyone who came in that second, also where the harness itself was late.
 */
@NullMarked
package dev.weir.bench.load;

import org.jspecify.annotations.NullMarked;
