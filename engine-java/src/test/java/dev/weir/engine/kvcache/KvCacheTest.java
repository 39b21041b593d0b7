package dev.weir.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.CacheScope;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KvCacheTest {

    @Test
    void aTableGrowsByWholeBlocksAndKeepsWhatItHas() {
        KvCache cache = new KvCache(4, 16, true);
        BlockTable table = new BlockTable(CacheScope.COMMON, true);
        assertThat(cache.grow(table, 1)).isTrue();
        int first = table.blocks()[0];
        assertThat(cache.grow(table, 16)).isTrue();
        assertThat(table.count()).isEqualTo(1);
        assertThat(cache.grow(table, 17)).isTrue();
        assertThat(table.count()).isEqualTo(2);
        assertThat(table.blocks()[0]).isEqualTo(first);
        assertThat(cache.freeBlocks()).isEqualTo(2);
        assertThat(cache.ownedBlocks()).isEqualTo(2);
    }

    @Test
    void growingBeyondThePoolChangesNothing() {
        KvCache cache = new KvCache(4, 16, true);
        BlockTable table = new BlockTable(CacheScope.COMMON, true);
        assertThat(cache.grow(table, 65)).isFalse();
        assertThat(table.count()).isZero();
        assertThat(cache.freeBlocks()).isEqualTo(4);
    }

    @Test
    void randomGrowthAndReleaseKeepsTheInvariant() {
        SplittableRandom random = new SplittableRandom(7);
        KvCache cache = new KvCache(100, 4, true);
        List<BlockTable> tables = new ArrayList<>();
        for (int count = 0; count < 12; count++) {
            tables.add(new BlockTable(CacheScope.COMMON, true));
        }
        for (int step = 0; step < 20_000; step++) {
            BlockTable table = tables.get(random.nextInt(tables.size()));
            if (random.nextInt(5) == 0) {
                cache.release(table);
            } else {
                cache.grow(table, 4 * table.count() + random.nextInt(20));
            }
            cache.check(tables);
        }
        tables.forEach(cache::release);
        assertThat(cache.freeBlocks()).isEqualTo(100);
    }

    @Test
    void aBlockGivenBackTwiceIsCaught() {
        BlockPool pool = new BlockPool(2);
        int block = pool.take();
        pool.give(block);
        assertThatThrownBy(() -> pool.give(block))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("twice");
    }

    @Test
    void aTableThatWasForgottenIsCaught() {
        KvCache cache = new KvCache(4, 16, true);
        cache.grow(new BlockTable(CacheScope.COMMON, true), 20);
        assertThatThrownBy(() -> cache.check(List.of()))
                .isInstanceOf(AssertionError.class)
                .hasMessage("blocks are in more or fewer tables than were counted");
    }
}
