package dev.weir.engine.ffi;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.AbstractDeterminismTest;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.model.ModelDirectory;
import java.util.Objects;
import java.util.stream.Stream;

/** The promise on the CPU backend, for one model of every architecture. */
class CpuDeterminismTest extends AbstractDeterminismTest {

    @Override
    protected Stream<String> models() {
        return TestModels.fixtures().map(path -> Objects.toString(path.getFileName()));
    }

    @Override
    protected Model load(String name) {
        ModelDirectory directory = ModelDirectory.open(TestModels.fixture(name));
        NativeModel weights = NativeLibrary.load().loadModel(directory.config(), directory.weights(), null);
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
                return new CpuModelExecutor(weights, limits, threadCount);
            }

            @Override
            public void close() {
                weights.close();
            }
        };
    }
}
