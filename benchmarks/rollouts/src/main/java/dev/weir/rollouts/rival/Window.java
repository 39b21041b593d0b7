package dev.weir.rollouts.rival;

import dev.weir.control.statistics.ArmCounts;
import java.util.ArrayDeque;
import java.util.Deque;

/** The sum of the last ticks. */
final class Window {
    private final int tickCount;
    private final Deque<ArmCounts> ticks = new ArrayDeque<>();
    private ArmCounts sum = ArmCounts.NONE;

    Window(int tickCount) {
        this.tickCount = tickCount;
    }

    ArmCounts after(ArmCounts tick) {
        ticks.add(tick);
        sum = sum.plus(tick);
        if (ticks.size() > tickCount) {
            sum = sum.minus(ticks.remove());
        }
        return sum;
    }
}
