/**
 * Which KV blocks belong to whom, as integers only: no tensor, no memory, no thread.
 *
 * <p><b>Blocks.</b> The executor holds one pool of equal blocks of a few tokens each. A {@link dev.weir.engine.kvcache.BlockTable} lists, in
 * order of position, those of one sequence; {@link dev.weir.engine.kvcache.KvCache} is the only one that moves a block. A block is in one
 * of three places: {@linkplain dev.weir.engine.kvcache.BlockPool free} (it holds nothing), owned (it is in one table or in several), or
 * {@linkplain dev.weir.engine.kvcache.IdleBlocks cached} (it is in none, and what it holds can still be found).
 *
 * <p><b>Sharing.</b> The keys and values of a token depend on the tokens up to it and on the adapter, bit for bit, so equal beginnings need
 * computing once. {@link dev.weir.engine.kvcache.PrefixIndex} finds, for a block and the token ids that follow it, the block that holds
 * them. Only whole blocks are shared. Blocks of a prompt are indexed when they are taken, before they are computed: whoever comes meanwhile
 * with the same beginning takes them too, and waits; if the one that computes them leaves, another goes on where it stopped. Blocks that
 * fill during generation are indexed when they are full, and if an equal one is known by then the table takes that and frees its own.
 *
 * <p><b>Giving up.</b> When a sequence ends its last block becomes idle first, so the list of idle blocks, from which the oldest is taken
 * when nothing is free, never gives up a block before those that build on it: a beginning outlives its continuations. Whoever owns a block
 * owns its parent, so a cached block's parent is at least cached.
 *
 * <p><b>Away.</b> What a preempted sequence shared with nobody may be {@linkplain dev.weir.engine.kvcache.OffloadedBlocks copied} to places in the
 * machine's memory and back. What can be found when an executor goes may be {@linkplain dev.weir.engine.kvcache.KeptPrefixes kept} for the next.
 *
 * <p><b>Invariant.</b> Free, cached and owned blocks together are all blocks, and none is in two places. The sum is checked with every step,
 * the rest in tests and after every simulated step.
 */
@NullMarked
package dev.weir.engine.kvcache;

import org.jspecify.annotations.NullMarked;
