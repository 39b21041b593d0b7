package dev.weir.engine;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A program that building Weir may need.
 *
 * @param purpose what it is for
 * @param remedy how to get it
 * @param required without it nothing can be built
 */
record Tool(String command, String purpose, String remedy, boolean required) {

    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+");
    private static final int ANSWER_SECONDS_MAX = 20;

    /** The first line of what it says of itself; empty where it is not installed or does not answer. */
    Optional<String> version() {
        try {
            Process process = new ProcessBuilder(command, "--version")
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            try (BufferedReader output = process.inputReader()) {
                Optional<String> line = output.lines().filter(Tool::saysVersion).findFirst();
                if (!process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return Optional.empty();
                }
                return line.map(text -> text.replaceAll("\\e\\[[0-9;]*m", "").strip());
            }
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Maven decorates its line with escapes; nvcc says a few other things first. */
    private static boolean saysVersion(String line) {
        return VERSION.matcher(line).find();
    }
}
