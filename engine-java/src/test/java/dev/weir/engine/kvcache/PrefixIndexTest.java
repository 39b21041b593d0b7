package dev.weir.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.CacheScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixIndexTest {

    private static final int BLOCK_TOKENS = 2;
    private static final int BLOCKS = 64;
    private static final List<CacheScope> SCOPES = List.of(
            CacheScope.COMMON,
            new CacheScope(CacheSalt.NONE, 7),
            new CacheScope(new CacheSalt(7, 0), 0),
            new CacheScope(new CacheSalt(0, 7), 0));

    /** What a block stands for, said in full. */
    private record Name(CacheScope scope, List<Integer> tokenIds) {}

    /** However few bits of the hash are left: it decides how fast a block is found and never which one. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, -1})
    void aBlockIsFoundByAllThatItStandsForAndNothingElse(long hashMask) {
        PrefixIndex index = new PrefixIndex(BLOCKS, BLOCK_TOKENS, hashMask);
        SplittableRandom random = new SplittableRandom(hashMask);
        Map<Name, Integer> expected = new HashMap<>();
        List<Name> names = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            CacheScope scope = SCOPES.get(random.nextInt(SCOPES.size()));
            int[] ids = random.ints(8, 0, 2).toArray();
            int parent = PrefixIndex.ROOT;
            for (int from = 0; from < ids.length; from += BLOCK_TOKENS) {
                Name name = new Name(
                        scope,
                        IntStream.of(ids).limit(from + BLOCK_TOKENS).boxed().toList());
                int found = index.find(scope, parent, ids, from);
                assertThat(found).isEqualTo(expected.getOrDefault(name, PrefixIndex.NONE));
                if (found == PrefixIndex.NONE) {
                    if (expected.size() < BLOCKS) {
                        int block = freeBlock(index);
                        index.insert(block, scope, parent, ids, from);
                        expected.put(name, block);
                        names.add(name);
                    }
                    break;
                }
                parent = found;
            }
            if (random.nextInt(3) == 0) {
                removeOne(index, expected, names.get(random.nextInt(names.size())));
                names.retainAll(expected.keySet());
            }
        }
        assertThat(index.count()).isEqualTo(expected.size());
    }

    private static void removeOne(PrefixIndex index, Map<Name, Integer> expected, Name name) {
        int block = expected.getOrDefault(name, PrefixIndex.NONE);
        if (block != PrefixIndex.NONE && index.childCount(block) == 0) {
            index.remove(block);
            expected.remove(name);
        }
    }

    private static int freeBlock(PrefixIndex index) {
        return IntStream.range(0, BLOCKS)
                .filter(block -> !index.contains(block))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aBlockWithChildrenCannotBeForgotten() {
        PrefixIndex index = new PrefixIndex(2, BLOCK_TOKENS);
        int[] ids = {1, 2, 3, 4};
        index.insert(0, CacheScope.COMMON, PrefixIndex.ROOT, ids, 0);
        index.insert(1, CacheScope.COMMON, 0, ids, 2);
        assertThatThrownBy(() -> index.remove(0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 children");
        index.remove(1);
        index.remove(0);
        assertThat(index.count()).isZero();
    }
}
