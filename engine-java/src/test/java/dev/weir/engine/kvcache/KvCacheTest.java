package dev.weir.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.CacheScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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

    @Test
    void whatWasReleasedIsFoundAgainInTheSameBlocks() {
        KvCache cache = new KvCache(8, 4, true);
        int[] prompt = ids(14);
        BlockTable first = computed(cache, prompt, CacheScope.COMMON);
        int[] blocks = Arrays.copyOf(first.blocks(), 3);
        cache.release(first);
        assertThat(cache.cachedBlocks()).isEqualTo(3); // the last, not full, is worth nothing
        BlockTable second = begun(cache, prompt, CacheScope.COMMON);
        assertThat(Arrays.copyOf(second.blocks(), 3)).isEqualTo(blocks);
        assertThat(cache.computed(second, 0)).isEqualTo(12);
        assertThat(cache.cachedBlocks()).isZero();
        cache.check(List.of(second));
    }

    @Test
    void ofAPromptThatIsFoundWholeOneTokenIsComputedAgain() {
        KvCache cache = new KvCache(8, 4, true);
        int[] prompt = ids(12);
        BlockTable first = computed(cache, prompt, CacheScope.COMMON);
        int last = first.blocks()[2];
        cache.release(first);
        BlockTable second = begun(cache, prompt, CacheScope.COMMON);
        assertThat(cache.computed(second, 0)).isEqualTo(11);
        assertThat(second.blocks()[2]).isEqualTo(last);
    }

    @Test
    void aPromptThatIsFoundWholeAndLeavesBeforeItIsComputedLeavesWhatItFound() {
        KvCache cache = new KvCache(8, 4, true);
        cache.release(computed(cache, ids(17), CacheScope.COMMON));
        BlockTable found = begun(cache, ids(12), CacheScope.COMMON); // a fourth block builds on its third
        assertThat(cache.computed(found, 0)).isEqualTo(11);
        cache.release(found);
        cache.check(List.of(found));
        assertThat(cache.computed(begun(cache, ids(17), CacheScope.COMMON), 0)).isEqualTo(16);
    }

    @Test
    void aLastBlockThatOthersReadIsLeftToThem() {
        KvCache cache = new KvCache(8, 4, true);
        int[] prompt = ids(12);
        BlockTable first = computed(cache, prompt, CacheScope.COMMON);
        BlockTable second = begun(cache, prompt, CacheScope.COMMON);
        assertThat(second.blocks()[1]).isEqualTo(first.blocks()[1]);
        assertThat(second.blocks()[2]).isNotEqualTo(first.blocks()[2]);
        assertThat(cache.computed(second, 0)).isEqualTo(8);
        assertThat(cache.ownedBlocks()).isEqualTo(4);
        cache.check(List.of(first, second));
    }

    @Test
    void anotherSaltOrAnotherAdapterFindsNothing() {
        KvCache cache = new KvCache(16, 4, true);
        computed(cache, ids(12), CacheScope.COMMON);
        assertThat(cache.computed(begun(cache, ids(12), new CacheScope(new CacheSalt(1, 0), 0)), 0))
                .isZero();
        assertThat(cache.computed(begun(cache, ids(12), new CacheScope(CacheSalt.NONE, 1)), 0))
                .isZero();
    }

    @Test
    void whoeverComesWhileAPromptIsComputedTakesItsBlocksAndWaits() {
        KvCache cache = new KvCache(8, 4, true);
        int[] prompt = ids(13);
        BlockTable first = begun(cache, prompt, CacheScope.COMMON);
        BlockTable second = begun(cache, prompt, CacheScope.COMMON);
        assertThat(Arrays.copyOf(second.blocks(), 3)).isEqualTo(Arrays.copyOf(first.blocks(), 3));
        cache.beginStep();
        assertThat(cache.claim(first, 0)).isTrue();
        assertThat(cache.claim(second, 0)).isFalse();
        cache.computed(first, prompt, 0, 6);
        assertThat(cache.computed(second, 0)).isEqualTo(6);
        cache.release(first); // in the middle: the other goes on where it stopped
        cache.beginStep();
        assertThat(cache.claim(second, 6)).isTrue();
        cache.check(List.of(second));
    }

    @Test
    void theEndOfWhatIsLongestIdleIsGivenUpFirst() {
        KvCache cache = new KvCache(8, 4, true);
        BlockTable oldest = computed(cache, ids(13), CacheScope.COMMON);
        int[] other = IntStream.range(100, 113).toArray();
        BlockTable newest = computed(cache, other, CacheScope.COMMON);
        cache.release(oldest);
        cache.release(newest);
        assertThat(cache.cachedBlocks()).isEqualTo(6);
        BlockTable needy = new BlockTable(new CacheScope(CacheSalt.NONE, 9), true);
        cache.grow(needy, 4 * 4); // two are free, two have to be given up
        cache.release(needy);
        assertThat(cache.computed(begun(cache, ids(5), CacheScope.COMMON), 0)).isEqualTo(4);
        assertThat(cache.computed(begun(cache, other, CacheScope.COMMON), 0)).isEqualTo(12);
    }

    @Test
    void equalBlocksThatFillDuringGenerationBecomeOne() {
        KvCache cache = new KvCache(8, 4, true);
        int[] known = ids(8);
        BlockTable first = begun(cache, ids(3), CacheScope.COMMON);
        BlockTable second = begun(cache, ids(3), CacheScope.COMMON);
        for (BlockTable table : List.of(first, second)) {
            assertThat(cache.grow(table, 8)).isTrue();
            cache.computed(table, known, 0, 5);
        }
        assertThat(second.blocks()[0]).isEqualTo(first.blocks()[0]);
        assertThat(second.blocks()[1]).isNotEqualTo(first.blocks()[1]);
        assertThat(cache.ownedBlocks()).isEqualTo(3);
        cache.check(List.of(first, second));
    }

    @Test
    void whereSharingIsOffNothingIsKept() {
        KvCache cache = new KvCache(8, 4, false);
        cache.release(computed(cache, ids(12), CacheScope.COMMON));
        assertThat(cache.cachedBlocks()).isZero();
        assertThat(cache.computed(begun(cache, ids(12), CacheScope.COMMON), 0)).isZero();
    }

    @Test
    void beginningWithTooFewBlocksChangesNothing() {
        KvCache cache = new KvCache(4, 4, true);
        cache.release(computed(cache, ids(9), CacheScope.COMMON));
        BlockTable needy = new BlockTable(CacheScope.COMMON, true);
        assertThat(cache.begin(needy, ids(20), 20)).isFalse();
        assertThat(needy.count()).isZero();
        assertThat(cache.cachedBlocks()).isEqualTo(2);
        cache.check(List.of(needy));
    }

    private static int[] ids(int count) {
        return IntStream.range(0, count).toArray();
    }

    private static BlockTable begun(KvCache cache, int[] prompt, CacheScope scope) {
        BlockTable table = new BlockTable(scope, true);
        assertThat(cache.begin(table, prompt, prompt.length)).isTrue();
        return table;
    }

    private static BlockTable computed(KvCache cache, int[] prompt, CacheScope scope) {
        BlockTable table = begun(cache, prompt, scope);
        cache.computed(table, prompt, cache.computed(table, 0), prompt.length);
        return table;
    }
}
