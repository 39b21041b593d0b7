package dev.weir.engine.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder of third-party test data, which is not part of the repository: tests that need it are skipped where it is absent. */
public final class ThirdPartyTestdata {

    private ThirdPartyTestdata() {}

    /** A folder in it; skips the calling test where there is none. */
    public static Path require(String folder) {
        Path root = Path.of(Optional.ofNullable(System.getProperty("weir.testdata"))
                .or(() -> Optional.ofNullable(System.getenv("WEIR_TESTDATA")))
                .orElse("../../shared/testdata"));
        Path path = root.resolve(folder).toAbsolutePath().normalize();
        assumeTrue(
                Files.isDirectory(path),
                () -> "skipped: third-party test data is absent at " + path + " (set weir.testdata or WEIR_TESTDATA)");
        return path;
    }
}
