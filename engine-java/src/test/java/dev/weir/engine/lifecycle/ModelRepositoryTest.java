package dev.weir.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller may name, and that it is no more than that. */
class ModelRepositoryTest {

    @TempDir
    Path directory = Path.of("");

    private Path models = Path.of("");
    private ModelRepository repository = ModelRepository.none();

    @BeforeEach
    void lay() throws IOException {
        models = Files.createDirectories(directory.resolve("models"));
        Files.createDirectories(directory.resolve("secret"));
        Files.createFile(Files.createDirectories(models.resolve("llama")).resolve("config.json"));
        Files.createFile(Files.createDirectories(models.resolve("packed")).resolve("w.gguf"));
        Files.createFile(models.resolve("single.gguf"));
        Files.createDirectories(models.resolve("empty"));
        Files.createFile(Files.createDirectories(models.resolve(".hidden")).resolve("config.json"));
        Files.createFile(models.resolve("notes.txt"));
        Files.createSymbolicLink(models.resolve("way-out"), directory.resolve("secret"));
        repository = new ModelRepository(Optional.of(models), List.of());
    }

    @Test
    void modelsAreWhatHoldsAConfigOrGgufFile() {
        assertThat(repository.models()).containsOnlyKeys("llama", "packed", "single");
    }

    @Test
    void numberedFilesAreOneModelThatIsOpenedByTheFirst() throws IOException {
        Files.createFile(models.resolve("split-00002-of-00002.gguf"));
        Path first = Files.createFile(models.resolve("split-00001-of-00002.gguf"));
        assertThat(repository.models()).containsEntry("split", first).hasSize(4);
    }

    @Test
    void modelThatIsAddedIsSeenAtOnce() throws IOException {
        Files.createFile(Files.createDirectories(models.resolve("late")).resolve("config.json"));
        assertThat(repository.models()).containsKey("late");
    }

    @Test
    void pathsInsideOfARootAreAllowed() throws IOException {
        assertThat(repository.allowed(Path.of("llama")))
                .isEqualTo(models.toRealPath().resolve("llama"));
        assertThat(repository.allowed(models.resolve("llama")))
                .isEqualTo(models.toRealPath().resolve("llama"));
        assertThat(repository.allowed(Path.of("packed/w.gguf")).getFileName()).hasToString("w.gguf");
    }

    @Test
    void pathsThatLeaveTheRootsAreRefusedAlikeWhetherTheyExist() {
        for (String path : List.of("../secret", "way-out", "/etc/passwd", "llama/../../secret", ".", "no/such", "")) {
            assertThatThrownBy(() -> repository.allowed(Path.of(path)))
                    .as(path)
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("--model-root");
        }
    }

    @Test
    void withoutRootsNoPathIsAllowed() {
        assertThatThrownBy(() -> ModelRepository.none().allowed(models.resolve("llama")))
                .hasMessageContaining("loads no models by path");
    }

    @Test
    void rootThatIsNoDirectoryIsRefusedAtStart() {
        assertThatThrownBy(() -> new ModelRepository(Optional.of(models.resolve("notes.txt")), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("notes.txt");
    }
}
