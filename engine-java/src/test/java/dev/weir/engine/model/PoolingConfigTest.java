package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolingConfigTest {

    @TempDir
    private Path directory;

    private Optional<Pooling> read(Map<String, Object> config) {
        try {
            Files.createDirectories(directory.resolve("1_Pooling"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        ModelFixtures.json(directory.resolve("1_Pooling"), "config.json", config);
        return PoolingConfig.read(directory);
    }

    @Test
    void directoryThatDoesNotSayHasNone() {
        assertThat(PoolingConfig.read(directory)).isEmpty();
        assertThat(read(Map.of("word_embedding_dimension", 8, "pooling_mode_mean_tokens", false)))
                .isEmpty();
    }

    @Test
    void theModeThatIsSetCounts() {
        assertThat(read(Map.of("pooling_mode_cls_token", false, "pooling_mode_mean_tokens", true)))
                .hasValue(Pooling.MEAN);
        assertThat(read(Map.of("pooling_mode_lasttoken", true, "include_prompt", true)))
                .hasValue(Pooling.LAST_TOKEN);
    }

    @Test
    void modesThatAreNotServedAreRefusedByName() {
        assertThatThrownBy(() -> read(Map.of("pooling_mode_cls_token", true)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("1_Pooling/config.json: pooling_mode_cls_token is set", "--pooling");
        assertThatThrownBy(() -> read(Map.of("pooling_mode_mean_tokens", true, "pooling_mode_lasttoken", true)))
                .hasMessageContaining("only mean_tokens or lasttoken alone is served");
    }
}
