package dev.weir.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.CacheScope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a cache has moved when a table loses its blocks and comes back. */
class OffloadedBlocksTest {

    private static final int BLOCK_TOKENS = 4;
    private static final int PLACES = 4;

    private final KvCache cache = new KvCache(8, PLACES, BLOCK_TOKENS, true);

    @Test
    void aTableIsFilledFromItsCopyWhereItsBlocksWereGivenUp() {
        int[] known = ids(11);
        BlockTable table = begun(known);
        cache.computed(table, known, 0, 10); // the third block is not full
        int[] blocks = Arrays.copyOf(table.blocks(), 3);
        cache.beginStep();
        assertThat(cache.offload(table, 10)).isTrue();
        assertThat(moved(cache.moves().offloads()))
                .isEqualTo(Arrays.stream(blocks).boxed().toList());
        cache.release(table);
        fillWithOthers();
        assertThat(cache.offloadedBlocks()).isEqualTo(3);

        cache.beginStep();
        assertThat(cache.begin(table, known, 11)).isTrue();
        assertThat(cache.restore(table, known, cache.computed(table, 0))).isEqualTo(10);
        assertThat(moved(cache.moves().restores()))
                .isEqualTo(Arrays.stream(table.blocks()).limit(3).boxed().toList());
        assertThat(cache.computed(table, 0)).as("others may find it").isEqualTo(8);
        assertThat(cache.offloadedBlocks()).isZero();
        cache.check(List.of(table));
    }

    @Test
    void onlyWhatIsNotFoundAnyMoreIsRestored() {
        int[] known = ids(12);
        BlockTable table = begun(known);
        cache.computed(table, known, 0, 10);
        cache.beginStep();
        cache.offload(table, 10);
        cache.release(table); // two full blocks can be found
        cache.beginStep();
        cache.begin(table, known, 12);
        assertThat(cache.restore(table, known, cache.computed(table, 0))).isEqualTo(10);
        assertThat(moved(cache.moves().restores())).containsExactly(table.blocks()[2]);
    }

    @Test
    void whatOthersOwnStaysAndIsNotMoved() {
        int[] known = ids(11);
        BlockTable other = begun(Arrays.copyOf(known, 5));
        cache.computed(other, known, 0, 5);
        BlockTable table = begun(known);
        cache.computed(table, known, 4, 10);
        cache.beginStep();
        assertThat(cache.sharedBlocks(table)).isEqualTo(1);
        cache.offload(table, 10);
        assertThat(moved(cache.moves().offloads())).containsExactly(table.blocks()[1], table.blocks()[2]);
        cache.release(table);
        cache.check(List.of(table, other));

        cache.release(other);
        fillWithOthers(); // what was shared is gone: its continuation is of no use
        cache.beginStep();
        cache.begin(table, known, 11);
        assertThat(cache.restore(table, known, 0)).isZero();
        assertThat(cache.moves().count()).isZero();
        assertThat(cache.offloadedBlocks()).isZero();
    }

    @Test
    void nothingIsRestoredIntoABlockThatSomebodyComputes() {
        int[] known = ids(11);
        BlockTable table = begun(known);
        cache.computed(table, known, 0, 10);
        cache.beginStep();
        cache.offload(table, 10);
        cache.release(table);
        fillWithOthers();
        BlockTable other = begun(known); // computes the same meanwhile
        cache.computed(other, known, 0, 2);
        cache.beginStep();
        cache.begin(table, known, 11);
        assertThat(cache.restore(table, known, cache.computed(table, 0))).isEqualTo(2);
        assertThat(cache.moves().count()).isZero();
        cache.check(List.of(table, other));
    }

    @Test
    void tooFewPlacesAreNone() {
        int[] known = ids(20);
        BlockTable table = begun(known);
        cache.computed(table, known, 0, 19);
        cache.beginStep();
        assertThat(cache.offload(table, 19)).isFalse();
        assertThat(cache.moves().count()).isZero();
        assertThat(cache.offloadedBlocks()).isZero();
    }

    @Test
    void aCopyThatIsLetGoGivesItsPlacesBack() {
        int[] known = ids(16);
        BlockTable table = begun(known);
        cache.computed(table, known, 0, 15);
        for (int round = 0; round < 3; round++) {
            cache.beginStep();
            assertThat(cache.offload(table, 15)).isTrue();
            assertThat(cache.offloadedBlocks()).isEqualTo(PLACES);
            cache.dropCopy(table);
        }
        cache.check(List.of(table));
    }

    /** Has every block that is free or cached hold something else, and be free again. */
    private void fillWithOthers() {
        BlockTable needy = new BlockTable(CacheScope.COMMON, false);
        assertThat(cache.grow(needy, BLOCK_TOKENS * (cache.freeBlocks() + cache.cachedBlocks())))
                .isTrue();
        cache.release(needy);
    }

    private static List<Integer> moved(BlockMoves moves) {
        return Arrays.stream(moves.blocks()).limit(moves.count()).boxed().toList();
    }

    private static int[] ids(int count) {
        return IntStream.range(0, count).toArray();
    }

    private BlockTable begun(int[] known) {
        BlockTable table = new BlockTable(CacheScope.COMMON, true);
        assertThat(cache.begin(table, known, known.length)).isTrue();
        return table;
    }
}
