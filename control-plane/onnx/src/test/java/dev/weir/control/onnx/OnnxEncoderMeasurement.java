package dev.weir.control.onnx;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a vector takes with a network of MiniLM's shape: {@code mvn -pl control-plane/onnx test-compile surefire:test -Dtest=OnnxEncoderMeasurement}. */
class OnnxEncoderMeasurement {
    private static final int VOCABULARY = 30_522;

    @TempDir
    private Path directory;

    @Test
    void ofMiniLmsShape() throws Exception {
        EncoderFolder folder = new EncoderFolder(directory, List.of("ferry", "port", "cabin", "bike", "friday"))
                .network("model.onnx", Transformer.of(VOCABULARY, 6, 384, 12));
        try (OnnxEncoder encoder = folder.open()) {
            Main.tell(encoder, EncoderDirectory.read(directory), System.out);
        }
    }
}
