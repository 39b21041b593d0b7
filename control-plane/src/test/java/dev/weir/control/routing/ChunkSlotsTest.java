package dev.weir.control.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;

class ChunkSlotsTest {
    private static final int STEPS = 200_000;
    private static final int NAMES = 3_000;

    /** Names that share their low bits, high bits or nothing: how they fall into the table must not matter. */
    private static long name(Random random) {
        long of = random.nextInt(NAMES);
        return switch ((int) of % 3) {
            case 0 -> -of;
            case 1 -> of << 32;
            default -> of * 0x9E3779B97F4A7C15L;
        };
    }

    @Test
    void whateverComesAndGoesIsFoundAndIdleInTheOrderInWhichItBecameSo() {
        Random random = new Random(7);
        ChunkSlots slots = new ChunkSlots();
        Map<Long, Integer> holders = new HashMap<>();
        SequencedSet<Long> idle = new LinkedHashSet<>();
        for (int step = 0; step < STEPS; step++) {
            long name = name(random);
            int slot = slots.find(name);
            assertThat(slot != ChunkSlots.NONE).isEqualTo(holders.containsKey(name));
            if (slot == ChunkSlots.NONE) {
                slot = slots.add(name);
                assertThat(slots.holders(slot)).isZero();
                assertThat(slots.tokens(slot)).isZero();
                assertThat(slots.isMarked(slot, 1)).isFalse();
                slots.holders(slot, step);
                slots.tokens(slot, step / 2.0);
                slots.mark(slot, 1);
                holders.put(name, step);
                continue;
            }
            assertThat(slots.holders(slot)).isEqualTo(holders.get(name));
            assertThat(slots.tokens(slot)).isEqualTo(slots.holders(slot) / 2.0);
            if (idle.remove(name)) {
                slots.isIdleNoLonger(slot);
            } else if (random.nextBoolean()) {
                idle.add(name);
                slots.becomesIdle(slot);
            }
            if (!idle.contains(name) && random.nextInt(3) == 0) {
                slots.remove(slot);
                holders.remove(name);
            }
            assertThat(slots.count()).isEqualTo(holders.size());
        }
        assertThat(idleOf(slots)).isEqualTo(idle.stream().map(slots::find).toList());
    }

    private static List<Integer> idleOf(ChunkSlots slots) {
        List<Integer> all = new ArrayList<>();
        for (int slot = slots.oldestIdle(); slot != ChunkSlots.NONE; slot = slots.nextIdle(slot)) {
            all.add(slot);
        }
        return all;
    }
}
