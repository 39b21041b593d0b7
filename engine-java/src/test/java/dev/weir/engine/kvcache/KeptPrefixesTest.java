package dev.weir.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.CacheScope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What another cache finds of what one kept. */
class KeptPrefixesTest {

    private static final int BLOCK_TOKENS = 4;
    private static final CacheScope TENANT = new CacheScope(new CacheSalt(7, 9), 0);

    private final KvCache before = new KvCache(16, BLOCK_TOKENS, true);

    @Test
    void everyBeginningIsFoundByThoseWhoMay() {
        compute(before, ids(0, 13), CacheScope.COMMON);
        compute(
                before,
                IntStream.concat(IntStream.range(0, 8), IntStream.range(50, 60)).toArray(),
                CacheScope.COMMON);
        compute(before, ids(0, 9), TENANT);
        KeptPrefixes kept = before.keep(100);
        assertThat(kept.count()).isEqualTo(before.cachedBlocks()).isEqualTo(7);
        assertThat(kept.blocks()).doesNotHaveDuplicates();

        KvCache after = new KvCache(16, BLOCK_TOKENS, true);
        int[] blocks = after.find(kept);
        assertThat(blocks).hasSize(7).doesNotHaveDuplicates();
        after.check(List.of());
        assertThat(found(after, ids(0, 13), CacheScope.COMMON)).isEqualTo(12);
        assertThat(found(after, ids(0, 13), TENANT)).isEqualTo(8);
        assertThat(found(after, ids(50, 60), CacheScope.COMMON)).isZero();
    }

    @Test
    void contentsGoToTheBlocksThatStandForTheSameTokens() {
        compute(before, ids(0, 9), CacheScope.COMMON);
        compute(before, ids(20, 29), CacheScope.COMMON);
        KeptPrefixes kept = before.keep(100);
        KvCache after = new KvCache(16, BLOCK_TOKENS, true);
        int[] blocks = after.find(kept);
        for (int first : new int[] {0, 20}) {
            BlockTable was = begun(before, ids(first, first + 9), CacheScope.COMMON);
            BlockTable is = begun(after, ids(first, first + 9), CacheScope.COMMON);
            for (int position = 0; position < 2; position++) {
                int place = indexOf(kept.blocks(), was.blocks()[position]);
                assertThat(blocks[place]).isEqualTo(is.blocks()[position]);
            }
        }
    }

    @Test
    void theMostRecentAreKeptAndNoneWithoutItsBeginning() {
        compute(before, ids(0, 17), CacheScope.COMMON);
        compute(before, ids(50, 59), CacheScope.COMMON);
        KeptPrefixes kept = before.keep(4);
        assertThat(kept.count()).isEqualTo(4);
        KvCache after = new KvCache(8, BLOCK_TOKENS, true);
        after.find(kept);
        assertThat(found(after, ids(0, 17), CacheScope.COMMON)).isEqualTo(8);
        assertThat(found(after, ids(50, 59), CacheScope.COMMON)).isEqualTo(8);
        KvCache small = new KvCache(3, BLOCK_TOKENS, true);
        assertThat(small.find(kept)).hasSize(3);
        small.check(List.of());
        assertThat(found(small, ids(50, 59), CacheScope.COMMON)).isEqualTo(8);
    }

    @Test
    void whatAnAdapterComputedIsLeftOut() {
        compute(before, ids(0, 13), new CacheScope(CacheSalt.NONE, 71));
        compute(before, ids(0, 5), CacheScope.COMMON);
        KeptPrefixes kept = before.keep(100);
        assertThat(kept.count()).isEqualTo(1);
    }

    @Test
    void whatWasKeptIsGivenUpInTheOrderInWhichItWouldHaveBeen() {
        compute(before, ids(0, 9), CacheScope.COMMON);
        compute(before, ids(50, 59), CacheScope.COMMON);
        KvCache after = new KvCache(4, BLOCK_TOKENS, true);
        after.find(before.keep(100));
        BlockTable needy = new BlockTable(CacheScope.COMMON, false);
        after.grow(needy, BLOCK_TOKENS * 2);
        after.release(needy);
        after.check(List.of(needy));
        assertThat(found(after, ids(50, 59), CacheScope.COMMON)).isEqualTo(8);
    }

    private static int indexOf(int[] values, int value) {
        return IntStream.range(0, values.length)
                .filter(index -> values[index] == value)
                .findFirst()
                .orElseThrow();
    }

    private static int[] ids(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    /** How much of a prompt is found, which then leaves again. */
    private static int found(KvCache cache, int[] prompt, CacheScope scope) {
        BlockTable table = begun(cache, prompt, scope);
        int found = cache.computed(table, 0);
        cache.release(table);
        return found;
    }

    private static BlockTable begun(KvCache cache, int[] prompt, CacheScope scope) {
        BlockTable table = new BlockTable(scope, true);
        assertThat(cache.begin(table, prompt, prompt.length)).isTrue();
        return table;
    }

    private static void compute(KvCache cache, int[] prompt, CacheScope scope) {
        BlockTable table = begun(cache, prompt, scope);
        cache.computed(table, prompt, cache.computed(table, 0), prompt.length);
        cache.release(table);
    }
}
