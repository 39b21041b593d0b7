/**
 * What a gateway adds to an answer. An upstream that does nothing but answer in time is asked directly and through the control plane, in turn,
 * at a fixed rate that waits for nobody; the difference is the gateway's. Upstream and client share a process and so a clock: each event of a
 * stream carries the time at which it was sent.
 */
@NullMarked
package dev.weir.bench.gateway;

import org.jspecify.annotations.NullMarked;
