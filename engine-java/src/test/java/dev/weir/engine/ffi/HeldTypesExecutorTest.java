package dev.weir.engine.ffi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.AbstractModelExecutorTest;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The executor's suite over every way in which the CPU backend can hold a model: what is promised of one holds of all. */
@ParameterizedClass(name = "weights {0}, keys and values {1}")
@MethodSource("types")
class HeldTypesExecutorTest extends AbstractModelExecutorTest {

    private static final ModelDirectory DIRECTORY = ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA));
    private static final Map<DType, NativeModel> OPENED = new EnumMap<>(DType.class);

    @Parameter(0)
    private @Nullable DType quantize;

    @Parameter(1)
    private @Nullable DType kvCache;

    static Stream<Arguments> types() {
        return Stream.of(
                Arguments.of(DType.Q8_0, DType.Q8_0),
                Arguments.of(DType.Q4_0, DType.F16),
                Arguments.of(DType.Q4_K, DType.BF16),
                Arguments.of(DType.Q5_K, DType.F32),
                Arguments.of(DType.Q6_K, DType.Q8_0));
    }

    private static NativeModel model(DType quantize, @Nullable DType kvCache) {
        return OPENED.computeIfAbsent(
                quantize,
                type -> NativeLibrary.load()
                        .loadModel(DIRECTORY.config(), DIRECTORY.weights(), new TensorTypes(null, type, kvCache)));
    }

    @AfterAll
    static void closeModels() {
        OPENED.values().forEach(NativeModel::close);
        OPENED.clear();
    }

    @Override
    protected ModelExecutor open(
            int blockCount, int blockTokens, int stepTokensMax, int stepSequencesMax, int topLogprobsMax) {
        NativeModel model = model(requireNonNull(quantize), kvCache);
        return new NativeModelExecutor(
                model,
                new ExecutorLimits(
                        model.vocabSize(),
                        model.contextTokensMax(),
                        blockCount,
                        blockTokens,
                        stepTokensMax,
                        stepSequencesMax,
                        topLogprobsMax),
                2);
    }

    @Test
    void matricesAreHeldInBlocks() {
        assertThat(model(requireNonNull(quantize), kvCache).held())
                .anySatisfy(held -> assertThat(DType.ofOptionName(held.type()))
                        .hasValueSatisfying(
                                type -> assertThat(type.isQuantized()).isTrue()))
                .allSatisfy(held -> assertThat(held.sizeBytes()).isPositive());
    }
}
