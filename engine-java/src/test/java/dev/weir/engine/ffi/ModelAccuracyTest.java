package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.ModelEvaluation.Case;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole models against logits that other implementations computed: those of the test data in FP32, those of our own fixtures in FP64. The
 * error of a vector of logits is the largest absolute difference over the largest expected magnitude; the largest of each model is left in
 * {@code target/model-accuracy.tsv}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelAccuracyTest {

    /** FP32 throughout: what is left is the order of sums (measured: at most 8e-7). */
    private static final double FLOAT32_ERROR_MAX = 1e-5;

    /**
     * Weights as stored, arithmetic in FP32, keys and values rounded to BF16's 8 significant bits: each is off by at most 2^-9 of
     * itself, and the layers of these models let that grow by less than one order of magnitude (measured: 1e-3 to 4e-3; where the
     * weights are FP16, and so keys and values too, 2e-4 to 5e-4).
     */
    private static final double BFLOAT16_ERROR_MAX = 1e-2;

    /** By model and how its weights were held. */
    private final SortedMap<String, Double> errors = new TreeMap<>();

    @AfterAll
    void writeErrors() throws IOException {
        List<String> lines = new ArrayList<>();
        errors.forEach((name, error) -> lines.add(String.format(Locale.ROOT, "%s\t%.1e", name, error)));
        Files.write(Path.of("target", "model-accuracy.tsv"), lines);
    }

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

    private void assertAgrees(Path path, @Nullable DType dtype) {
        ModelDirectory directory = ModelDirectory.open(path);
        try (NativeModel model =
                NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.of(dtype))) {
            List<Case> cases = ModelEvaluation.cases(path);
            for (int i = 0; i < cases.size(); i++) {
                String name = path.getFileName() + (dtype == null ? " as stored" : " in float32");
                if (dtype == DType.F32) {
                    assertExact(name, i, model, cases.get(i));
                } else {
                    assertWithinBfloat16(name, i, model, cases.get(i));
                }
            }
        }
    }

    private void assertExact(String name, int index, NativeModel model, Case expected) {
        ModelEvaluation actual = ModelEvaluation.of(model, expected.prompt());
        assertThat(measured(name, actual, expected))
                .as("%s case %d", name, index)
                .isLessThan(FLOAT32_ERROR_MAX);
        assertThat(actual.argmax()).as("%s case %d", name, index).isEqualTo(expected.argmax());
        assertThat(ModelEvaluation.greedy(model, expected.prompt()))
                .as("%s case %d", name, index)
                .isEqualTo(expected.greedy());
    }

    private void assertWithinBfloat16(String name, int index, NativeModel model, Case expected) {
        ModelEvaluation actual = ModelEvaluation.of(model, expected.prompt());
        assertThat(measured(name, actual, expected))
                .as("%s case %d", name, index)
                .isLessThan(BFLOAT16_ERROR_MAX);
        if (expected.top2Margin() > 2 * BFLOAT16_ERROR_MAX * ModelEvaluation.magnitude(expected.lastLogits())) {
            int last = expected.prompt().length - 1;
            assertThat(actual.argmax()[last]).as("%s case %d", name, index).isEqualTo(expected.argmax()[last]);
        }
    }

    private double measured(String name, ModelEvaluation actual, Case expected) {
        double error = ModelEvaluation.error(actual.lastLogits(), expected.lastLogits());
        errors.merge(name, error, Math::max);
        return error;
    }
}
