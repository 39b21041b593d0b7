package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link from one of the repository's documents to a file, and to a heading in it, arrives. */
class DocumentsTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Set<String> NOT_OURS = Set.of("target", "node_modules", ".git");

    private static final Pattern FENCED_CODE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("]\\(<?([^()<>\\s]+)>?[^()]*\\)|(?m)^\\[[^\\]]+]:\\s*(\\S+)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *#*$");
    private static final Pattern ADDRESS = Pattern.compile("[a-z][a-z+.-]*:.*");

    static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(REPOSITORY)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .map(REPOSITORY::relativize)
                    .filter(file -> StreamSupport.stream(file.spliterator(), false)
                            .noneMatch(name -> NOT_OURS.contains(name.toString())))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkArrives(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(Files.readString(REPOSITORY.resolve(document)))) {
            if (!ADDRESS.matcher(link).matches() && !arrives(document, link)) {
                broken.add(link);
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean arrives(Path document, String link) throws IOException {
        URI target = URI.create(link);
        Path file = REPOSITORY.resolve(document);
        if (!target.getPath().isEmpty()) {
            file = file.resolveSibling(target.getPath());
        }
        boolean inside = file.normalize().startsWith(REPOSITORY)
                && !REPOSITORY.relativize(file.normalize()).startsWith("..");
        return inside
                && Files.exists(file)
                && (target.getFragment() == null
                        || anchors(Files.readString(file)).contains(target.getFragment()));
    }

    private static List<String> links(String markdown) {
        String prose =
                CODE.matcher(FENCED_CODE.matcher(markdown).replaceAll("")).replaceAll("");
        return LINK.matcher(prose)
                .results()
                .map(link -> link.group(1) != null ? link.group(1) : link.group(2))
                .toList();
    }

    /** As code hosts make them: the heading's letters, digits, underscores and hyphens, with hyphens for spaces; repetitions are numbered. */
    private static Set<String> anchors(String markdown) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> counts = new HashMap<>();
        HEADING.matcher(FENCED_CODE.matcher(markdown).replaceAll(""))
                .results()
                .map(DocumentsTest::anchor)
                .forEach(anchor -> {
                    int before = counts.merge(anchor, 1, Integer::sum) - 1;
                    anchors.add(before == 0 ? anchor : anchor + "-" + before);
                });
        return anchors;
    }

    private static String anchor(MatchResult heading) {
        String shown = heading.group(1).replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1");
        return shown.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }

    @Test
    void linksAreFoundWhereTheyAreOnesAndNowhereElse() {
        assertThat(
                        links(
                                "[a](b.md) ![c](d.png \"title\") [`e`](f.md#g) `[h](i)` [j](<k.md>)\n```\n[l](m)\n```\n[n]: o.md\n"))
                .containsExactly("b.md", "d.png", "f.md#g", "k.md", "o.md");
    }

    @ParameterizedTest
    @CsvSource({
        "README.md, docs/api.md#errors, true",
        "README.md, docs/api.md#no-such-heading, false",
        "docs/api.md, wire, true",
        "docs/api.md, ../README.md, true",
        "docs/api.md, README.md, false",
        "docs/api.md, ../../README.md, false",
        "docs/api.md, #limits-httplimits, true"
    })
    void linkArrivesWhereItPointsToSomethingOfOurs(Path document, String link, boolean arrives) throws IOException {
        assertThat(arrives(document, link)).isEqualTo(arrives);
    }

    @Test
    void equalHeadingsHaveAnchorsOfTheirOwn() {
        assertThat(anchors("# The `weir` command\n## Why?\n## Why?\n```\n# no heading\n```\n"))
                .containsExactlyInAnyOrder("the-weir-command", "why", "why-1");
    }
}
