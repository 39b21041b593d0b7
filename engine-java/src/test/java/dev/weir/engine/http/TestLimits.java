package dev.weir.engine.http;

import java.time.Duration;

/** The ordinary limits, but for those of time: a test cannot wait for minutes. */
final class TestLimits {

    private TestLimits() {}

    static HttpLimits impatient(Duration readMax, Duration writeStallMax) {
        HttpLimits limits = HttpLimits.defaults();
        return new HttpLimits(
                limits.bodyBytesMax(),
                limits.requestLineBytesMax(),
                limits.headerBytesMax(),
                limits.connectionsMax(),
                limits.pipelinedRequestsMax(),
                limits.promptsMax(),
                limits.choicesMax(),
                limits.sequencesMax(),
                limits.embeddingInputsMax(),
                limits.embeddingNumbersMax(),
                limits.preparingMax(),
                readMax,
                limits.idleMax(),
                writeStallMax);
    }
}
