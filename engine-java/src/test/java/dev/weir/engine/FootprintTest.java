package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.http.TrustedProxy;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.lifecycle.ModelSpec;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of a model's memory before it is loaded is what the native library then takes. */
class FootprintTest {

    private static final long LIBRARY_BYTES = 32L << 20;
    private static final ComputeDevice ON_DEVICE =
            new ComputeDevice(Optional.of(new CudaDevice(0, "NVIDIA L4", "GPU-0", 8, 9, 1L << 34, 1L << 34)), false);

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

    @ParameterizedTest
    @CsvSource({
        TestModels.TINY_LLAMA + ", 24576", // gate and up, 192 rows of 64
        "tiny-mixtral, 4096", // queries, keys and values, 64 rows of 32
        "tiny-qwen3-moe, 6144" // the same, 96 of 32, beside the one dense layer's 88
    })
    void aDevicesLibraryIsCountedWhereResultsMayDependOnCompany(String name, long unpackedBytes) {
        long with = workingBytes(name, ON_DEVICE.withBatchVariant(true));
        assertThat(with - workingBytes(name, ON_DEVICE)).isEqualTo(LIBRARY_BYTES + unpackedBytes);
    }

    private static long workingBytes(String name, ComputeDevice device) {
        ModelSettings settings = ModelSettings.defaults();
        EngineConfig config = new EngineConfig(
                List.of(),
                new InetSocketAddress(0),
                settings,
                8,
                64,
                SchedulingPolicy.defaults(),
                TrustedProxy.withSecret(TestEngine.PROXY_SECRET),
                AdapterSettings.none(),
                1,
                device,
                Duration.ZERO,
                EngineConfig.Administration.none());
        return ModelHost.measure(new ModelSpec(name, TestModels.fixture(name), settings), config, 1L << 30)
                .workingBytes();
    }

    @Test
    void ofALargeMatrixOnlyAPartIsUnpackedForTheLibrary() {
        ModelConfig tiny =
                ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA)).config();
        ModelConfig large = new ModelConfig(
                tiny.architecture(),
                tiny.declaredDtype(),
                tiny.vocabSize(),
                8192,
                28_672,
                tiny.contextTokensMax(),
                tiny.attention(),
                tiny.activation(),
                tiny.mlpBias(),
                tiny.experts(),
                tiny.rmsNormEpsilon(),
                tiny.normPlusOne(),
                tiny.tiedEmbeddings(),
                tiny.embeddingScale(),
                tiny.logitSoftcap(),
                tiny.ropes(),
                tiny.layers());
        assertThat(Footprint.libraryBytes(large)).isEqualTo(LIBRARY_BYTES + (64L << 20));
    }
}
