package dev.weir.control.onnx;

import dev.weir.control.embedding.EncoderReader;
import dev.weir.control.embedding.SentenceEncoder;
import java.io.IOException;
import java.nio.file.Path;

/** How the control plane comes to encoders in ONNX. */
public final class OnnxReader implements EncoderReader {
    @Override
    public SentenceEncoder read(Path directory) throws IOException {
        return OnnxEncoder.open(EncoderDirectory.read(directory));
    }
}
