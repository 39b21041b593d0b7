package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What can be said of the user interface without a browser. */
class UserInterfaceTest {
    private static final Path SOURCES = Path.of("src/main/ui");
    private static final Path BUILT = Path.of("target/classes/ui");
    private static final long FIRST_LOAD_BYTES_MAX = 300_000;
    private static final int RUNTIME_DEPENDENCIES_MAX = 12;
    private static final long WAIT_MINUTES_MAX = 10;

    @BeforeAll
    static void requireInterface() {
        assumeThat(BUILT.resolve("index.html"))
                .as("the user interface was not built, because npm is missing: apt-get install npm")
                .exists();
    }

    @Test
    @Timeout(value = WAIT_MINUTES_MAX + 1, unit = TimeUnit.MINUTES)
    void itsOwnTestsPass() throws Exception {
        Path output = Files.createTempFile("weir-vitest-", ".log");
        Process vitest = new ProcessBuilder("npm", "--silent", "test")
                .directory(SOURCES.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(vitest.waitFor(WAIT_MINUTES_MAX, TimeUnit.MINUTES))
                    .as("it ends")
                    .isTrue();
            assertThat(vitest.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            vitest.descendants().forEach(ProcessHandle::destroyForcibly);
            vitest.destroyForcibly();
        }
    }

    @Test
    void theFirstPageIsSmall() throws IOException {
        JsonNode manifest = JsonMapper.shared().readTree(Files.readString(BUILT.resolve("manifest.json")));
        Set<String> files = new HashSet<>(Set.of("index.html"));
        collect(manifest, "index.html", files);
        collect(manifest, "src/pages/overview/Overview.tsx", files);
        long bytes = 0;
        for (String file : files) {
            bytes += Files.size(BUILT.resolve(file + ".gz"));
        }
        System.out.println(
                "the interface's first page: " + bytes + " bytes, compressed, in " + files.size() + " files");
        assertThat(bytes).isLessThan(FIRST_LOAD_BYTES_MAX);
    }

    /** A chunk, its styles, and what it cannot do without. */
    private static void collect(JsonNode manifest, String chunk, Set<String> files) {
        JsonNode entry = manifest.path(chunk);
        if (files.add(entry.path("file").asString())) {
            entry.path("css").forEach(style -> files.add(style.asString()));
            entry.path("imports").forEach(needed -> collect(manifest, needed.asString(), files));
        }
    }

    @Test
    void itStandsOnFewLibraries() throws IOException {
        JsonNode dependencies = JsonMapper.shared()
                .readTree(Files.readString(SOURCES.resolve("package.json")))
                .path("dependencies");
        assertThat(dependencies.size()).isBetween(1, RUNTIME_DEPENDENCIES_MAX);
        assertThat(Files.readString(SOURCES.resolve("package-lock.json")))
                .as("the lockfile names versions and checksums, and no registry")
                .doesNotContain("\"resolved\"");
    }
}
