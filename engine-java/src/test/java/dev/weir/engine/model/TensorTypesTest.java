package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTypesTest {

    @Test
    void weightsAreQuantizedByAskingForItOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TensorTypes(DType.Q4_0, null, null))
                .withMessageContaining("q4_0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TensorTypes(null, DType.BF16, null))
                .withMessageContaining("bfloat16");
    }

    @Test
    void keysAndValuesAreNotHeldInAnyBlocks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TensorTypes(null, null, DType.Q4_K))
                .withMessageContaining("q4_k");
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeIsFoundByItsName(DType type) {
        assertThat(DType.ofOptionName(type.optionName())).contains(type);
    }

    @Test
    void aWordThatIsNoTypeLeavesItOpen() {
        assertThat(DType.ofOptionName("auto")).isEmpty();
        assertThat(DType.ofOptionName("none")).isEmpty();
    }
}
