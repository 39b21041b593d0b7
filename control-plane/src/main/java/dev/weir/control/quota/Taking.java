package dev.weir.control.quota;

import java.time.Duration;
import java.util.List;

/** What became of an attempt to take several amounts at once. */
sealed interface Taking {
    /** All were taken; so much is left of each. */
    record Taken(List<Long> left) implements Taking {
        public Taken {
            left = List.copyOf(left);
        }
    }

    /**
     * Nothing was taken.
     *
     * @param index of the claim that was too much
     * @param left of its limit
     * @param delay until it would not be too much, if nothing else happens
     */
    record TooMuch(int index, long left, Duration delay) implements Taking {}

    /** Nothing was taken: nobody knows how much of these has been spent already. */
    record Unseeded(List<Integer> indices) implements Taking {
        public Unseeded {
            indices = List.copyOf(indices);
        }
    }
}
