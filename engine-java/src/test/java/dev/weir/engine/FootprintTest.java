package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorTypes;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of a model's memory before it is loaded is what the native library then takes. */
class FootprintTest {

    private static final List<TensorTypes> TYPES = List.of(
            TensorTypes.asStored(),
            TensorTypes.of(DType.BF16),
            TensorTypes.of(DType.F32),
            new TensorTypes(null, DType.Q8_0, null),
            new TensorTypes(null, DType.Q4_0, DType.F32),
            new TensorTypes(null, DType.Q4_K, DType.BF16),
            new TensorTypes(null, DType.Q5_K, DType.Q8_0),
            new TensorTypes(DType.BF16, DType.Q6_K, null));

    static Stream<Path> models() {
        return TestModels.fixtures();
    }

    @ParameterizedTest
    @MethodSource("models")
    void weightsAndBlocksTakeWhatWasTold(Path path) {
        ModelDirectory directory = ModelDirectory.open(path);
        long vectorBytes = directory.weights().tensors().stream()
                .filter(tensor -> tensor.shape().size() < 2)
                .mapToLong(TensorInfo::sizeBytes)
                .sum();
        for (TensorTypes types : TYPES) {
            ModelSettings settings = new ModelSettings(types, OptionalLong.empty(), OptionalInt.empty(), null);
            Footprint told = Footprint.of(directory, settings, 512, 32);
            try (NativeModel model = NativeLibrary.load().loadModel(directory.config(), directory.weights(), types)) {
                assertThat(told.mappedBytes() + told.copiedBytes() - vectorBytes)
                        .as("weights as %s", types)
                        .isEqualTo(model.held().stream()
                                .mapToLong(NativeModel.Held::sizeBytes)
                                .sum());
                assertThat(told.blockBytes())
                        .as("a block as %s", types)
                        .isEqualTo(model.blockBytes(KvCacheSize.BLOCK_TOKENS));
            }
        }
    }
}
