package dev.weir.bench.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Which commit of Weir measured: the checkout's, where there is one and git is installed. */
public final class Commit {
    private static final int ANSWER_SECONDS_MAX = 10;
    private static final String UNKNOWN = "unknown";

    private Commit() {}

    /** The commit that is checked out in a folder, with {@code +changes} where files differ from it. */
    public static String of(Path home) {
        String commit = git(home, "rev-parse", "HEAD");
        if (commit.equals(UNKNOWN)) {
            return UNKNOWN;
        }
        return git(home, "status", "--porcelain", "--untracked-files=no").isEmpty() ? commit : commit + "+changes";
    }

    private static String git(Path home, String... arguments) {
        try {
            Process process = new ProcessBuilder(
                            Stream.concat(List.of("git", "-C", home.toString()).stream(), List.of(arguments).stream())
                                    .toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader output = process.inputReader()) {
                String first = output.lines().reduce("", (lines, line) -> lines.isEmpty() ? line : lines);
                boolean ended = process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
                return ended && process.exitValue() == 0 ? first : UNKNOWN;
            }
        } catch (IOException _) {
            return UNKNOWN;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
