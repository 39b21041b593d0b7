package dev.weir.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Where test models lie: our own fixtures always, further ones in the test data folder where there is one. */
public final class TestModels {

    /** A Llama of three layers with untied BF16 weights in one file. */
    public static final String TINY_LLAMA = "tiny-llama";

    /** A Qwen3 with tied weights in two shards. */
    public static final String TINY_QWEN3 = "tiny-qwen3";

    private TestModels() {}

    public static Path fixture(String name) {
        URL url = Objects.requireNonNull(TestModels.class.getResource("/models/" + name), "no fixture " + name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** One of every architecture; {@code src/test/models/reference.py} made those that are not named above. */
    public static Stream<Path> fixtures() {
        return Stream.of(
                        TINY_LLAMA,
                        "tiny-mistral",
                        "tiny-qwen2",
                        TINY_QWEN3,
                        "tiny-phi3",
                        "tiny-gemma2",
                        "tiny-gemma3",
                        "tiny-olmo2",
                        "tiny-mixtral",
                        "tiny-qwen3-moe")
                .map(TestModels::fixture);
    }

    /** All models of the test data folder; empty where this machine has none. */
    public static List<Path> fromTestData() {
        Path models = testData().resolve("models");
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        try (Stream<Path> directories = Files.list(models)) {
            return directories.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path testData() {
        String folder = Optional.ofNullable(System.getProperty("weir.testdata"))
                .or(() -> Optional.ofNullable(System.getenv("WEIR_TESTDATA")))
                .orElse("../shared/testdata");
        return repository().resolve(folder).normalize();
    }

    /** The repository's root: Maven runs tests in the module's directory. */
    public static Path repository() {
        Path root = Path.of("").toAbsolutePath();
        return Files.exists(root.resolve("engine-java")) ? root : Objects.requireNonNull(root.getParent());
    }
}
