package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.gguf.GgufConversion;
import dev.weir.engine.tokenization.DjlTokenizer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A trained model in GGUF, in each quantized type: against the same numbers in F32, where only the rounding of the inputs of each
 * multiplication is left, and against the model before it was quantized.
 */
class GgufQuantizedTest {

    private static final Path MODEL = Path.of("../models/demo/weir-demo-power");
    private static final String TEXT = "The ferry leaves the northern harbour at nine and arrives before noon.";

    /** Inputs are rounded to bytes, 32 of them to one scale. A wrong bit or a wrong order of bits gives errors near 1. */
    private static final double INPUT_ROUNDING_ERROR_MAX = 0.05;

    @TempDir
    Path target;

    @ParameterizedTest
    @CsvSource({
        "Q8_0, 0.05",
        "Q6_K, 0.05",
        "Q5_0, 0.25",
        "Q5_1, 0.25",
        "Q5_K, 0.25",
        "Q4_0, 0.5",
        "Q4_1, 0.5",
        "Q4_K, 0.3",
    })
    void eachBitMeansWhatItMeant(DType type, double errorMax) {
        int[] prompt = prompt();
        ModelEvaluation original = evaluate(MODEL, prompt);
        ModelEvaluation rounded =
                evaluate(GgufConversion.writeRounded(MODEL, type, target.resolve("rounded.gguf")), prompt);
        ModelEvaluation quantized =
                evaluate(GgufConversion.write(MODEL, type, target.resolve("quantized.gguf")), prompt);
        assertThat(ModelEvaluation.error(quantized.lastLogits(), rounded.lastLogits()))
                .as("against the same numbers in F32")
                .isLessThan(INPUT_ROUNDING_ERROR_MAX);
        assertThat(ModelEvaluation.error(quantized.lastLogits(), original.lastLogits()))
                .as("against the model before")
                .isLessThan(errorMax);
    }

    private static int[] prompt() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(MODEL.resolve("tokenizer.json"))) {
            return tokenizer.encode(TEXT, true);
        }
    }

    private static ModelEvaluation evaluate(Path path, int[] prompt) {
        ModelDirectory directory = ModelDirectory.open(path);
        try (NativeModel model =
                NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.of(DType.F32))) {
            return ModelEvaluation.of(model, prompt);
        }
    }
}
