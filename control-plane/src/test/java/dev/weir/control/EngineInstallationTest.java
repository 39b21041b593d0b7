package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineInstallationTest {
    @TempDir
    private Path home;

    private EngineInstallation installation;

    @BeforeEach
    void install() throws IOException {
        Files.createFile(home.resolve("engine.jar"));
        installation = new EngineInstallation(Path.of("java"), home.resolve("engine.jar"), home.resolve("demo"));
    }

    @Test
    void namedModelsAreServedAndTheEngineIsToldToEndWithUs() {
        assertThat(installation.command(List.of(Path.of("a"), Path.of("b")), "127.0.0.1", 8100))
                .containsExactly(
                        "java",
                        "-jar",
                        home.resolve("engine.jar").toString(),
                        "engine",
                        "--model",
                        "a",
                        "--model",
                        "b",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "8100",
                        "--exit-when-stdin-closes");
    }

    @Test
    void theDemoModelsAreServedWhereNoneIsNamed() throws IOException {
        for (String name : List.of("fast", "power")) {
            Files.createFile(
                    Files.createDirectories(home.resolve("demo").resolve(name)).resolve("config.json"));
        }
        Files.createDirectories(home.resolve("demo/not-a-model"));
        assertThat(installation.command(List.of(), "127.0.0.1", 8100))
                .containsSubsequence(
                        "--model",
                        home.resolve("demo/fast").toString(),
                        "--model",
                        home.resolve("demo/power").toString())
                .doesNotContain(home.resolve("demo/not-a-model").toString());
    }

    @Test
    void aCacheBesideTheEngineIsUsed() throws IOException {
        Files.createFile(home.resolve("engine.aot"));
        assertThat(installation.command(List.of(Path.of("a")), "127.0.0.1", 8100))
                .containsSubsequence("java", "-XX:AOTCache=" + home.resolve("engine.aot"), "-jar");
    }

    @Test
    void whatIsMissingIsNamedWithItsRemedy() throws IOException {
        assertThatThrownBy(() -> installation.command(List.of(), "127.0.0.1", 8100))
                .hasMessageContaining(home.resolve("demo").toString())
                .hasMessageContaining("--model");
        Files.delete(home.resolve("engine.jar"));
        assertThatThrownBy(() -> installation.command(List.of(Path.of("a")), "127.0.0.1", 8100))
                .hasMessageContaining("there is no engine at " + home.resolve("engine.jar"));
    }
}
