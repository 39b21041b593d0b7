package dev.weir.control.onnx;

import dev.weir.control.embedding.EncoderReader;
import dev.weir.control.embedding.SentenceEncoder;
import java.io.IOException;
import java.nio.file.Path;

/** How the control plane comes to encoders in ONNX. */
public final class OnnxReader implements EncoderReader {
    @Override
    public SentenceEncoder read(Path directory) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        thread.setContextClassLoader(OnnxReader.class.getClassLoader()); // where the tokenizers look for their library
        try {
            return OnnxEncoder.open(EncoderDirectory.read(directory));
        } finally {
            thread.setContextClassLoader(loader);
        }
    }
}
