package dev.weir.engine.ffi;

import static java.util.Objects.requireNonNull;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.AbstractDeterminismTest;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The promise on the CPU backend, for one model of every architecture, and for one in blocks of every width of bits. */
class CpuDeterminismTest extends AbstractDeterminismTest {

    private static final Map<String, TensorTypes> IN_BLOCKS = Map.of(
            "8 bits, keys and values too", new TensorTypes(null, DType.Q8_0, DType.Q8_0),
            "4 bits", new TensorTypes(null, DType.Q4_K, null));

    @Override
    protected Stream<String> models() {
        return Stream.concat(
                TestModels.fixtures().map(path -> Objects.toString(path.getFileName())),
                IN_BLOCKS.keySet().stream().sorted());
    }

    @Override
    protected Model load(String name) {
        boolean inBlocks = IN_BLOCKS.containsKey(name);
        ModelDirectory directory = ModelDirectory.open(TestModels.fixture(inBlocks ? TestModels.TINY_LLAMA : name));
        TensorTypes types = inBlocks ? requireNonNull(IN_BLOCKS.get(name)) : TensorTypes.asStored();
        NativeModel weights = NativeLibrary.load().loadModel(directory.config(), directory.weights(), types);
        return new Model() {
            @Override
            public int vocabSize() {
                return weights.vocabSize();
            }

            @Override
            public int contextTokensMax() {
                return weights.contextTokensMax();
            }

            @Override
            public ModelExecutor open(ExecutorLimits limits, int threadCount) {
                return new NativeModelExecutor(weights, limits, threadCount);
            }

            @Override
            public void close() {
                weights.close();
            }
        };
    }
}
