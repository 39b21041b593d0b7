package dev.weir.control.configuration;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** The text of a configuration, which is YAML. Nothing is ever constructed from it but the nodes that sections read. */
public record ConfigurationText(String text) {
    private static final int CHARS_MAX = 1 << 20;
    private static final int NESTING_MAX = 20;

    /** A configuration that says nothing, so that everything has its default. */
    public static final ConfigurationText EMPTY = new ConfigurationText("");

    /** What the reader makes of it, where it stands in no file: other files are seen from where Weir was started. */
    public <T> T read(Function<Section, T> reader) {
        return read(reader, Path.of(""));
    }

    /**
     * What the reader makes of it.
     *
     * @param directory where its file stands
     * @throws InvalidConfiguration with everything that is wrong
     */
    public <T> T read(Function<Section, T> reader, Path directory) {
        List<Problem> problems = new ArrayList<>();
        Section root = new Section("", parse(), 1, directory, problems);
        T value = reader.apply(root);
        root.noteUnknownKeys();
        if (!problems.isEmpty()) {
            throw new InvalidConfiguration(problems);
        }
        return value;
    }

    private @Nullable Node parse() {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(CHARS_MAX);
        limits.setNestingDepthLimit(NESTING_MAX);
        limits.setAllowRecursiveKeys(false);
        try {
            return new Yaml(new SafeConstructor(limits)).compose(new StringReader(text));
        } catch (MarkedYAMLException malformed) {
            int line = malformed.getProblemMark() == null
                    ? 1
                    : malformed.getProblemMark().getLine() + 1;
            throw new InvalidConfiguration(
                    List.of(new Problem(line, "", "this is not YAML: " + malformed.getProblem())));
        } catch (YAMLException malformed) {
            throw new InvalidConfiguration(List.of(new Problem(1, "", "this is not YAML: " + malformed.getMessage())));
        }
    }
}
