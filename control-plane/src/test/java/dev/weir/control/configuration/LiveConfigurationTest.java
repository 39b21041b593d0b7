package dev.weir.control.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.live.LivePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.scheduler.Schedulers;

class LiveConfigurationTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    @TempDir
    private Path directory;

    private Path file;
    private int writeCount;

    @BeforeEach
    void writeFirst() throws IOException {
        file = directory.resolve("weir.yaml");
        write("size: 1\n");
    }

    @Test
    void aValidFileReplacesTheVersionBeforeItForWhoeverAsksOrFollows() throws IOException {
        LiveConfiguration<Integer> live = live();
        List<Integer> followed = new ArrayList<>();
        live.follow(followed::add);
        Version<Integer> first = live.current();
        write("size: 2\n");
        assertThat(live.reload()).isEqualTo(new Reload.Applied(2));
        assertThat(live.current().value()).isEqualTo(2);
        assertThat(live.current().fingerprint()).isNotEqualTo(first.fingerprint());
        assertThat(first.value()).as("who has taken a version keeps it").isEqualTo(1);
        assertThat(live.at(1)).as("who has its number finds it").isEqualTo(first);
        assertThat(live.at(0)).isEqualTo(live.current());
        assertThat(live.reload()).isEqualTo(new Reload.Unchanged(2));
        assertThat(followed).containsExactly(1, 2);
    }

    @Test
    void whatIsAddedToTheFileIsAVersionOfItsOwnAndIsAddedToWhateverTheFileSaysLater() throws IOException {
        LiveConfiguration<Integer> live = live();
        List<Integer> followed = new ArrayList<>();
        live.follow(followed::add);
        live.amend(said -> said + 10);
        assertThat(live.current()).extracting(Version::number, Version::value).containsExactly(2L, 11);
        assertThat(live.at(1).value())
                .as("who came in before keeps what there was")
                .isEqualTo(1);
        assertThat(live.at(1).fingerprint()).isEqualTo(live.current().fingerprint());
        assertThat(live.reload()).as("the file says what it said").isEqualTo(new Reload.Unchanged(2));
        write("size: 2\n");
        live.reload();
        live.amend(said -> said + 20);
        assertThat(followed).as("in place of what was added before").containsExactly(1, 11, 12, 22);
    }

    @Test
    void aFileThatCannotBeUsedLeavesTheOldVersionAndSaysWhyUntilItCan() throws IOException {
        LiveConfiguration<Integer> live = live();
        write("size: none\n");
        Reload refused = live.reload();
        assertThat(refused)
                .isEqualTo(new Reload.Refused(
                        NOW, List.of("line 1: size must be a whole number from 0 to 9, not 'none'")));
        assertThat(live.current()).extracting(Version::number, Version::value).containsExactly(1L, 1);
        assertThat(live.lastRefusal()).hasValue((Reload.Refused) refused);
        Files.delete(file);
        assertThat(live.reload()).isInstanceOf(Reload.Refused.class);
        Files.write(file, new byte[] {(byte) 0xff});
        assertThat(live.reload()).isEqualTo(new Reload.Refused(NOW, List.of("the file is not UTF-8")));
        write("size: 1\n");
        assertThat(live.reload()).isEqualTo(new Reload.Unchanged(1));
        assertThat(live.lastRefusal()).isEmpty();
    }

    @Test
    void nothingStartsWithAFileThatCannotBeUsed() throws IOException {
        write("sice: 1\n");
        assertThatThrownBy(this::live)
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("line 1: sice is unknown: did you mean 'size'?");
    }

    @Test
    void checkingATextChangesNothing() {
        LiveConfiguration<Integer> live = live();
        assertThat(live.check(new ConfigurationText("size: 5\n"))).isEmpty();
        assertThat(live.check(new ConfigurationText("size: 50\n"))).hasSize(1);
        assertThat(live.current().value()).isEqualTo(1);
    }

    @Test
    void aChangedFileIsReadOnceItHasStayedAsItIsFromOneLookToTheNext() throws IOException {
        LiveConfiguration<Integer> live = live();
        FileWatch watch = new FileWatch(live, Duration.ofSeconds(1), Schedulers.immediate());
        watch.look();
        write("size: 2\n");
        watch.look();
        assertThat(live.current().value()).as("it may still be written").isEqualTo(1);
        write("size: 3\n");
        watch.look();
        assertThat(live.current().value()).isEqualTo(1);
        watch.look();
        assertThat(live.current().value()).isEqualTo(3);
        watch.look();
        assertThat(live.current().number()).isEqualTo(2);
    }

    @Test
    void aLinkThatPointsElsewhereIsAChange() throws IOException {
        Path one = Files.writeString(directory.resolve("one.yaml"), "size: 1\n");
        Path two = Files.writeString(directory.resolve("two.yaml"), "size: 2\n");
        FileTime time = FileTime.from(NOW);
        Files.setLastModifiedTime(one, time);
        Files.setLastModifiedTime(two, time);
        file = directory.resolve("link.yaml");
        Files.createSymbolicLink(file, one);
        LiveConfiguration<Integer> live = live();
        FileWatch watch = new FileWatch(live, Duration.ofSeconds(1), Schedulers.immediate());
        Files.delete(file);
        watch.look();
        Files.createSymbolicLink(file, two);
        watch.look();
        watch.look();
        assertThat(live.current().value()).isEqualTo(2);
    }

    @Test
    void anotherFileIsSeenFromTheDirectoryOfThisOneWhereverWeirWasStarted() throws IOException {
        Files.createDirectory(directory.resolve("labels"));
        Files.writeString(
                directory.resolve("labels/known.jsonl"),
                "{\"question\":\"when?\",\"answer\":\"at nine\",\"passes\":true}\n");
        String policy = "evaluation: {live: {judge-model: m, canaries: labels/known.jsonl}}\n";
        write(policy);
        LiveConfiguration<LivePolicy> live =
                new LiveConfiguration<>(file, root -> LivePolicy.read(root.section("evaluation")), () -> NOW);
        assertThat(live.current().value().canaries()).hasSize(1);
        assertThat(live.check(new ConfigurationText(policy))).isEmpty();
        assertThat(live.read(new ConfigurationText(policy)).canaries()).hasSize(1);
        assertThat(live.check(new ConfigurationText(policy.replace("known", "unknown"))))
                .singleElement()
                .asString()
                .contains("canaries cannot be used")
                .contains(directory.resolve("labels/unknown.jsonl").toString());
        String absolute = policy.replace("labels/", directory.resolve("labels") + "/");
        assertThat(live.read(new ConfigurationText(absolute)).canaries()).hasSize(1);
    }

    private LiveConfiguration<Integer> live() {
        return new LiveConfiguration<>(file, root -> root.integer("size", 0, 9, 0), () -> NOW);
    }

    /** Each with a time of its own, however coarse the file system's clock is. */
    private void write(String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(NOW.plusSeconds(writeCount++)));
    }
}
