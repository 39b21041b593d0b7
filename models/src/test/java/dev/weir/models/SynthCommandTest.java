package dev.weir.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SynthCommandTest {
    @TempDir
    Path directory;

    private final StringWriter output = new StringWriter();

    private int synth(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(output)).setErr(new PrintWriter(output));
        String[] all = new String[arguments.length + 1];
        all[0] = "synth";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return line.execute(all);
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void writesAFileAndSaysWhatItIs() {
        assertThat(synth("--shape", "llama-tiny", "--dtype", "q8_0", "--out", path("folder/model.gguf")))
                .isZero();
        assertThat(output.toString()).contains("model.gguf: llama-tiny (", "0.2 million parameters, q8_0, 0.2 MB");
        assertThat(directory.resolve("folder")).isDirectoryContaining("glob:**.gguf");
        assertThat(directory.resolve("folder").toFile().list()).containsExactly("model.gguf");
    }

    @Test
    void writesADirectory() {
        assertThat(synth("--shape", "qwen-tiny", "--format", "hf", "--out", path("model")))
                .isZero();
        assertThat(directory.resolve("model").toFile().list())
                .containsExactlyInAnyOrder(
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
    }

    @Test
    void refusesBlocksInAHuggingFaceDirectory() {
        assertThat(synth("--shape", "llama-tiny", "--format", "hf", "--dtype", "q4_0", "--out", path("model")))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(output.toString())
                .contains("--format hf cannot hold --dtype q4_0", "--quantize q4_0", "weir models synth --help");
    }

    @Test
    void refusesToReplaceWhatIsThere() throws IOException {
        Files.writeString(directory.resolve("model.gguf"), "mine");

        assertThat(synth("--shape", "llama-tiny", "--out", path("model.gguf"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(output.toString()).contains("model.gguf exists already: remove it or name another");
        assertThat(directory.resolve("model.gguf")).hasContent("mine");
    }

    @Test
    void namesTheShapesThatThereAre() {
        assertThat(synth("--shape", "gpt-9", "--out", path("model"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(output.toString()).contains("'gpt-9'", "llama-1b", "qwen-0.5b");
    }
}
