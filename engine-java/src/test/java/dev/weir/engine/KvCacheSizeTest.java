package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KvCacheSizeTest {

    private static final long BLOCK_BYTES = 1000;

    private static KvCacheSize choose(OptionalLong bytes, OptionalInt context, long availableBytes) {
        return KvCacheSize.choose(
                bytes, context, 160, 4, BLOCK_BYTES, (long) (availableBytes * KvCacheSize.MEMORY_SHARE_MAX));
    }

    @Test
    void tinyModelTakesWhatItsSequencesNeed() {
        assertThat(choose(OptionalLong.empty(), OptionalInt.empty(), 1L << 40)).isEqualTo(new KvCacheSize(40, 160));
    }

    @Test
    void scarceMemoryGivesAQuarterOfIt() {
        assertThat(choose(OptionalLong.empty(), OptionalInt.empty(), 80_000)).isEqualTo(new KvCacheSize(20, 160));
    }

    @Test
    void contextShrinksToWhatTheCacheHolds() {
        assertThat(choose(OptionalLong.of(3000), OptionalInt.empty(), 1 << 20)).isEqualTo(new KvCacheSize(3, 48));
    }

    @Test
    void askedContextIsKeptOrRefused() {
        assertThat(choose(OptionalLong.empty(), OptionalInt.of(32), 1 << 20)).isEqualTo(new KvCacheSize(8, 32));
        assertThatThrownBy(() -> choose(OptionalLong.of(3000), OptionalInt.of(100), 1 << 20))
                .hasMessageContaining("--max-model-len");
    }

    @Test
    void cacheOfNoBlockIsRefused() {
        assertThatThrownBy(() -> choose(OptionalLong.of(999), OptionalInt.empty(), 1 << 20))
                .hasMessageContaining("--kv-cache-bytes");
    }

    @Test
    void askedSizesAreKeptWhateverIsFree() {
        assertThat(choose(OptionalLong.of(40_000), OptionalInt.empty(), 0)).isEqualTo(new KvCacheSize(40, 160));
        assertThat(choose(OptionalLong.empty(), OptionalInt.of(100), 0)).isEqualTo(new KvCacheSize(7, 100));
        assertThat(choose(OptionalLong.empty(), OptionalInt.empty(), 0)).isEqualTo(new KvCacheSize(1, 16));
    }
}
