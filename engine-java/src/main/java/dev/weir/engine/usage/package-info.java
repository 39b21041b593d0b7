/**
 * Station 12: what it cost. Token counts and latencies as metrics under vLLM's names, with vLLM's buckets, so that dashboards and
 * inference gateways made for vLLM read this engine unchanged.
 */
@NullMarked
package dev.weir.engine.usage;

import org.jspecify.annotations.NullMarked;
