package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.ModelEvaluation.Case;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.gguf.GgufConversion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model in GGUF against the directory that it was made of, and against what another implementation computed. */
class GgufAccuracyTest {

    private static final double FLOAT32_ERROR_MAX = 1e-5;

    @TempDir
    Path target;

    static Stream<Path> models() {
        return Stream.concat(TestModels.fixtures(), TestModels.fromTestData().stream())
                .filter(GgufConversion::canExpress);
    }

    @ParameterizedTest
    @MethodSource("models")
    void modelInFloat32AgreesWithItsSource(Path source) {
        Path file = GgufConversion.write(source, DType.F32, target.resolve("model.gguf"));
        boolean factorsRounded = source.endsWith("llama3-scaled-tied");
        List<Case> cases = ModelEvaluation.cases(source);
        try (NativeModel original = load(source);
                NativeModel converted = load(file)) {
            for (int i = 0; i < cases.size(); i++) {
                Case expected = cases.get(i);
                String name = source.getFileName() + " case " + i;
                ModelEvaluation actual = ModelEvaluation.of(converted, expected.prompt());
                if (!factorsRounded) {
                    float[] sourceLogits =
                            ModelEvaluation.of(original, expected.prompt()).lastLogits();
                    assertThat(Arrays.equals(actual.lastLogits(), sourceLogits))
                            .as(name + " has the bits of its source")
                            .isTrue();
                }
                assertThat(ModelEvaluation.error(actual.lastLogits(), expected.lastLogits()))
                        .as(name)
                        .isLessThan(FLOAT32_ERROR_MAX);
                assertThat(actual.argmax()).as(name).isEqualTo(expected.argmax());
                assertThat(ModelEvaluation.greedy(converted, expected.prompt()))
                        .as(name)
                        .isEqualTo(expected.greedy());
            }
        }
    }

    /** GGUF has no word for the windows of the fixture; its YaRN is left. */
    @Test
    void yarnAgreesWithItsSource() throws IOException {
        Path fixture = TestModels.fixture("tiny-qwen2");
        Path source = Files.createDirectory(target.resolve("yarn"));
        try (Stream<Path> files = Files.list(fixture)) {
            for (Path file : files.toList()) {
                Files.copy(file, source.resolve(file.getFileName()));
            }
        }
        Path config = source.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"use_sliding_window\": true", "\"use_sliding_window\": false"));
        Path file = GgufConversion.write(source, DType.F32, target.resolve("model.gguf"));
        int[] prompt = ModelEvaluation.cases(fixture).getFirst().prompt();
        try (NativeModel original = load(source);
                NativeModel converted = load(file)) {
            assertThat(Arrays.equals(
                            ModelEvaluation.of(converted, prompt).lastLogits(),
                            ModelEvaluation.of(original, prompt).lastLogits()))
                    .isTrue();
        }
    }

    private static NativeModel load(Path path) {
        ModelDirectory directory = ModelDirectory.open(path);
        return NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.of(DType.F32));
    }
}
