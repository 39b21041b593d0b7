/**
 * Which KV blocks belong to whom, as integers only: no tensor, no memory, no thread.
 *
 * <p><b>Blocks.</b> The executor holds one pool of equal blocks of a few tokens each. {@link dev.weir.engine.kvcache.BlockPool} knows
 * which are free; a {@link dev.weir.engine.kvcache.BlockTable} lists, in order of position, those that one sequence owns and only ever
 * grows until all are given back; {@link dev.weir.engine.kvcache.KvCache} is the two together and the only one that moves a block.
 *
 * <p><b>Invariant.</b> Free and owned blocks together are all blocks, and no block is in two places. The sum is checked with every step,
 * the places in tests and after every simulated step. A prefix index that keeps full blocks of ended sequences adds a third term to that
 * sum; it has to change {@code KvCache.grow} and {@code KvCache.release} and nothing outside of this package.
 */
@NullMarked
package dev.weir.engine.kvcache;

import org.jspecify.annotations.NullMarked;
