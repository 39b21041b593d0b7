package dev.weir.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An engine with a demo model on a port of its own, which may be killed, and started again there. */
final class EngineProcess implements AutoCloseable {
    private final int port = WeirProcess.freePort();
    private final List<String> command = new ArrayList<>();
    private Process process;

    EngineProcess(String model, String... options) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path models = WeirProcess.HOME.resolve("models/demo");
        command.addAll(new EngineInstallation(java, WeirProcess.ENGINE_JAR, models)
                .command(List.of(models.resolve(model)), "127.0.0.1", port));
        command.addAll(1, WeirProcess.ownCompilers());
        command.addAll(List.of("--threads", "1"));
        command.addAll(List.of(options));
        process = launch();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    /** As by {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = launch();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
