package dev.weir.engine.execution;

import java.util.stream.Stream;

/** The promise as far as it is the scheduler's and the KV cache's: here a token's bits cannot depend on anything else. */
class ScriptedDeterminismTest extends AbstractDeterminismTest {

    private static final int CONTEXT_TOKENS_MAX = 512;

    @Override
    protected Stream<String> models() {
        return Stream.of("scripted");
    }

    @Override
    protected Model load(String name) {
        return new Model() {
            @Override
            public int vocabSize() {
                return FakeModel.VOCAB_SIZE;
            }

            @Override
            public int contextTokensMax() {
                return CONTEXT_TOKENS_MAX;
            }

            @Override
            public ModelExecutor open(ExecutorLimits limits, int threadCount) {
                return new ScriptedExecutor(limits);
            }

            @Override
            public void close() {}
        };
    }
}
