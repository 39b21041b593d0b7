/**
 * The synthetic help desk of Brineway Ferries, a company that does not exist.
 *
 * <h2>From a seed to a conversation</h2>
 * A {@link dev.weir.models.domain.Draw} couples a random source with a {@link dev.weir.models.domain.Split}. A
 * {@link dev.weir.models.domain.Scene} is one situation (a booking, a timetable, a refund request) drawn from it, which can be asked
 * questions of several {@link dev.weir.models.domain.TaskType types}. The {@link dev.weir.models.domain.ConversationGenerator} strings
 * one or more questions about one scene together; for evaluation it asks just one.
 *
 * <h2>What the splits promise</h2>
 * Every sentence form and every name is assigned to exactly one split by a hash of its text. A test question is therefore worded in a
 * way that training never saw and is about people, ports, ships and bookings that training never named. What is shared is the
 * vocabulary, the facts of the company, the layout of records, and the courtesies around a question.
 */
@NullMarked
package dev.weir.models.domain;

import org.jspecify.annotations.NullMarked;
