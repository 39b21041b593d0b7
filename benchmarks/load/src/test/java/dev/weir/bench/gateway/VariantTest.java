package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariantTest {
    private final Variant plain =
            Variant.plain(Path.of("/home/control-plane/target/weir-control.jar"), List.of("-Xmx1g"), List.of());

    @Test
    void anotherOneDiffersByTheWordsThatItIsGiven() {
        Variant other = plain.but(
                "old", List.of("/old/control-plane/target/weir-control.jar", "-XX:+UseSerialGC", "--config=a.yaml"));
        assertThat(other.jar()).isEqualTo(Path.of("/old/control-plane/target/weir-control.jar"));
        assertThat(other.home()).isEqualTo(Path.of("/old"));
        assertThat(other.java()).containsExactly("-Xmx1g", "-XX:+UseSerialGC");
        assertThat(other.options()).containsExactly("--config=a.yaml");
        assertThat(other.model()).isEqualTo(plain.model());
    }

    @Test
    void aWordThatIsNoneOfThemIsRefusedByName() {
        assertThatThrownBy(() -> plain.but("odd", List.of("fast")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'fast' is no jar");
    }
}
