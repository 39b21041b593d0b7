package dev.weir.control.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Reads encoders whose libraries are no part of Weir, since few need them and they are large. They are in a jar that is put beside it, which
 * names its reader as Java's services do, and have a class loader of their own.
 */
public interface EncoderReader {

    /**
     * The encoder in a directory.
     *
     * @throws IOException where there is none that it can read; the message says why
     */
    SentenceEncoder read(Path directory) throws IOException;

    /**
     * The reader in a jar, for as long as the process lives.
     *
     * @throws IOException where there is none
     */
    static EncoderReader in(Path jar) throws IOException {
        if (!Files.isReadable(jar)) {
            throw new IOException("what reads encoders in ONNX is not installed: ./weir onnx fetches it (" + jar + ")");
        }
        ClassLoader loader = loader(jar);
        return ServiceLoader.load(EncoderReader.class, loader)
                .findFirst()
                .orElseThrow(() -> new IOException(jar + " has nothing that reads encoders"));
    }

    private static ClassLoader loader(Path jar) {
        try {
            return new URLClassLoader(
                    "encoders", new URL[] {jar.toUri().toURL()}, EncoderReader.class.getClassLoader());
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException("every file has a URL: " + jar, impossible);
        }
    }
}
