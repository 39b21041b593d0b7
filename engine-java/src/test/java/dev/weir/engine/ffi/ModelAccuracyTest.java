package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.ModelEvaluation.Case;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole models against logits that other implementations computed: those of the test data in FP32, those of our own fixtures in FP64. The
 * error of a vector of logits is the largest absolute difference over the largest expected magnitude.
 */
class ModelAccuracyTest {

    /** FP32 throughout: what is left is the order of sums (measured: at most 8e-7). */
    private static final double FLOAT32_ERROR_MAX = 1e-5;

    /**
     * Weights as stored, arithmetic in FP32, keys and values rounded to BF16's 8 significant bits: each is off by at most 2^-9 of
     * itself, and the layers of these models let that grow by less than one order of magnitude (measured: 1e-3 to 4e-3; where the
     * weights are FP16, and so keys and values too, 2e-4 to 5e-4).
     */
    private static final double BFLOAT16_ERROR_MAX = 1e-2;

    @ParameterizedTest
    @MethodSource("dev.weir.engine.TestModels#fixtures")
    void fixtureAgreesInFloat32(Path directory) {
        assertAgrees(directory, DType.F32);
    }

    @ParameterizedTest
    @MethodSource("dev.weir.engine.TestModels#fixtures")
    void fixtureAgreesAsStored(Path directory) {
        assertAgrees(directory, null);
    }

    @Test
    void testDataModelsAgree() {
        List<Path> models = TestModels.fromTestData();
        assumeTrue(
                !models.isEmpty(),
                () -> "no models under " + TestModels.testData()
                        + ": set weir.testdata or WEIR_TESTDATA to check them");
        for (Path model : models) {
            assertAgrees(model, DType.F32);
            assertAgrees(model, null);
        }
    }

    private static void assertAgrees(Path path, @Nullable DType dtype) {
        ModelDirectory directory = ModelDirectory.open(path);
        try (NativeModel model =
                NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.of(dtype))) {
            List<Case> cases = ModelEvaluation.cases(path);
            for (int i = 0; i < cases.size(); i++) {
                String name = path.getFileName() + " case " + i + (dtype == null ? " as stored" : " in float32");
                if (dtype == DType.F32) {
                    assertExact(name, model, cases.get(i));
                } else {
                    assertWithinBfloat16(name, model, cases.get(i));
                }
            }
        }
    }

    private static void assertExact(String name, NativeModel model, Case expected) {
        ModelEvaluation actual = ModelEvaluation.of(model, expected.prompt());
        assertThat(ModelEvaluation.error(actual.lastLogits(), expected.lastLogits()))
                .as(name)
                .isLessThan(FLOAT32_ERROR_MAX);
        assertThat(actual.argmax()).as(name).isEqualTo(expected.argmax());
        assertThat(ModelEvaluation.greedy(model, expected.prompt())).as(name).isEqualTo(expected.greedy());
    }

    private static void assertWithinBfloat16(String name, NativeModel model, Case expected) {
        ModelEvaluation actual = ModelEvaluation.of(model, expected.prompt());
        assertThat(ModelEvaluation.error(actual.lastLogits(), expected.lastLogits()))
                .as(name)
                .isLessThan(BFLOAT16_ERROR_MAX);
        if (expected.top2Margin() > 2 * BFLOAT16_ERROR_MAX * ModelEvaluation.magnitude(expected.lastLogits())) {
            int last = expected.prompt().length - 1;
            assertThat(actual.argmax()[last]).as(name).isEqualTo(expected.argmax()[last]);
        }
    }
}
