/**
 * What outlives a controller: every rollout as its plan and its events, with the decisions and the weight that follow from them.
 *
 * <p>An event, the decisions it led to and the weight it set are one transaction, so there is no moment at which one is known without the
 * other. Who acts holds a {@link dev.weir.control.rollout.journal.Lease}; taking a rollout over makes every older lease worthless, so
 * two controllers never act twice, however long one of them was asleep.
 */
@NamedInterface("journal")
@NullMarked
package dev.weir.control.rollout.journal;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
