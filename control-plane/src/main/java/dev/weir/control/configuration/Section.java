package dev.weir.control.configuration;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A mapping of the file while it is read. What cannot be used is noted, and something harmless is returned in its place so that reading
 * goes on; {@link #make} builds nothing out of a section with a problem. Keys that nobody asked for are unknown keys.
 */
public final class Section {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

    private final String path;
    private final int line;
    private final Path directory;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final List<Section> children = new ArrayList<>();
    private final List<Problem> problems;
    private boolean flawed;

    /**
     * A mapping.
     *
     * @param directory where the file stands
     */
    Section(String path, @Nullable Node node, int line, Path directory, List<Problem> problems) {
        this.path = path;
        this.line = line;
        this.directory = directory;
        this.problems = problems;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::take);
        } else if (node != null && !isNull(node)) {
            note(line, path, "must be a mapping of keys to values, not " + kindOf(node));
        }
    }

    private void take(NodeTuple tuple) {
        int keyLine = lineOf(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            note(keyLine, path, "has a key that is no word: keys are plain words");
        } else if (lines.putIfAbsent(key.getValue(), keyLine) != null) {
            note(
                    keyLine,
                    at(key.getValue()),
                    "is given twice, first in line " + lines.get(key.getValue()) + ": keep one");
        } else if (!isNull(tuple.getValueNode())) {
            values.put(key.getValue(), tuple.getValueNode());
        }
    }

    /** The keys there are, in the order of the file, where they are names of the user's own. */
    public Set<String> names() {
        asked.addAll(lines.keySet());
        return Collections.unmodifiableSet(lines.keySet());
    }

    /** Whether the key is there and has a value. */
    public boolean has(String key) {
        asked.add(key);
        return values.containsKey(key);
    }

    /** A key that is somebody else's to read. */
    public void leave(String key) {
        asked.add(key);
    }

    public Optional<String> text(String key) {
        return scalar(key, "a text").map(ScalarNode::getValue).filter(text -> {
            if (text.isBlank()) {
                problem(key, "is empty: give it a value or take the key out");
            }
            return !text.isBlank();
        });
    }

    /** Another file, as seen from the directory of this one: where Weir was started does not matter. */
    public Optional<Path> file(String key) {
        return text(key).flatMap(text -> {
            try {
                return Optional.of(directory.resolve(text));
            } catch (InvalidPathException invalid) {
                problem(key, "must be a file, not '" + text + "'");
                return Optional.empty();
            }
        });
    }

    /** A text that must be there. */
    public String required(String key) {
        if (!has(key)) {
            problem(key, "is missing");
            return "";
        }
        return text(key).orElse("");
    }

    public boolean flag(String key, boolean absent) {
        Optional<ScalarNode> value = scalar(key, "true or false");
        if (value.isEmpty()) {
            return absent;
        }
        if (!value.get().getTag().equals(Tag.BOOL)) {
            problem(key, "must be true or false, not '" + value.get().getValue() + "'");
        }
        return Boolean.parseBoolean(value.get().getValue());
    }

    public int integer(String key, int min, int max, int absent) {
        return (int) number(key, min, max, true).orElse((double) absent).doubleValue();
    }

    public double number(String key, double min, double max, double absent) {
        return number(key, min, max, false).orElse(absent);
    }

    public Optional<Double> number(String key, double min, double max) {
        return number(key, min, max, false);
    }

    private Optional<Double> number(String key, double min, double max, boolean whole) {
        return text(key).flatMap(text -> {
            try {
                double value = Double.parseDouble(text);
                if (value >= min && value <= max && (!whole || value == Math.rint(value))) {
                    return Optional.of(value);
                }
            } catch (NumberFormatException _) {
                // told below, as a number out of range is
            }
            String kind = whole ? "a whole number" : "a number";
            problem(key, "must be " + kind + " from " + plain(min) + " to " + plain(max) + ", not '" + text + "'");
            return Optional.empty();
        });
    }

    public Duration duration(String key, Duration absent) {
        return text(key)
                .flatMap(text -> {
                    Optional<Duration> duration = parseDuration(text).filter(Duration::isPositive);
                    if (duration.isEmpty()) {
                        problem(key, "must be a time like 500ms, 30s, 10m or 2h, not '" + text + "'");
                    }
                    return duration;
                })
                .orElse(absent);
    }

    /** One of the constants, written in small letters. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E absent) {
        return text(key)
                .flatMap(text -> {
                    Optional<E> chosen = Arrays.stream(type.getEnumConstants())
                            .filter(constant -> spelling(constant).equals(text))
                            .findFirst();
                    if (chosen.isEmpty()) {
                        List<String> all = Arrays.stream(type.getEnumConstants())
                                .map(Section::spelling)
                                .toList();
                        problem(key, "must be one of " + String.join(", ", all) + ", not '" + text + "'");
                    }
                    return chosen;
                })
                .orElse(absent);
    }

    /** A list of texts; one text alone is a list of one. */
    public List<String> texts(String key) {
        asked.add(key);
        Node node = values.get(key);
        if (!(node instanceof SequenceNode sequence)) {
            return text(key).map(List::of).orElse(List.of());
        }
        List<String> texts = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (item instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
                texts.add(scalar.getValue());
            } else {
                note(lineOf(item), at(key), "must be a list of texts");
            }
        }
        return texts;
    }

    /** The mapping at this key; an empty one where there is none. */
    public Section section(String key) {
        asked.add(key);
        return child(at(key), values.get(key), lines.getOrDefault(key, line));
    }

    /** A list of mappings. */
    public List<Section> list(String key) {
        asked.add(key);
        Node node = values.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            problem(key, "must be a list, each entry beginning with '- ', not " + kindOf(node));
            return List.of();
        }
        List<Section> entries = new ArrayList<>();
        for (Node entry : sequence.getValue()) {
            entries.add(child(at(key) + "[" + entries.size() + "]", entry, lineOf(entry)));
        }
        return entries;
    }

    /** A mapping from names of the user's own to mappings, in the order of the file. */
    public Map<String, Section> named(String key) {
        Section all = section(key);
        Map<String, Section> entries = new LinkedHashMap<>();
        for (String name : List.copyOf(all.lines.keySet())) {
            entries.put(name, all.section(name));
        }
        return entries;
    }

    /** Notes that a value cannot be used. */
    public void problem(String key, String message) {
        note(lines.getOrDefault(key, line), at(key), message);
    }

    /** What the maker makes, unless this section has a problem, or the maker refuses what it says. */
    public <T> Optional<T> make(Supplier<T> maker) {
        if (isFlawed()) {
            return Optional.empty();
        }
        try {
            return Optional.of(maker.get());
        } catch (IllegalArgumentException refused) {
            note(line, path, String.valueOf(refused.getMessage()));
            return Optional.empty();
        }
    }

    void noteUnknownKeys() {
        for (Map.Entry<String, Integer> key : lines.entrySet()) {
            if (!asked.contains(key.getKey())) {
                note(key.getValue(), at(key.getKey()), "is unknown: " + remedy(key.getKey()));
            }
        }
        children.forEach(Section::noteUnknownKeys);
    }

    private String remedy(String unknown) {
        if (asked.isEmpty()) {
            return "nothing may stand here";
        }
        return asked.stream()
                .filter(known -> distance(known, unknown) <= 2)
                .findFirst()
                .map(known -> "did you mean '" + known + "'?")
                .orElseGet(() -> "known here are " + String.join(", ", asked));
    }

    private Section child(String childPath, @Nullable Node node, int childLine) {
        Section child = new Section(childPath, node, childLine, directory, problems);
        children.add(child);
        return child;
    }

    private boolean isFlawed() {
        return flawed || children.stream().anyMatch(Section::isFlawed);
    }

    private Optional<ScalarNode> scalar(String key, String wanted) {
        asked.add(key);
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case ScalarNode scalar -> Optional.of(scalar);
            case Node other -> {
                problem(key, "must be " + wanted + ", not " + kindOf(other));
                yield Optional.empty();
            }
        };
    }

    private void note(int where, String what, String message) {
        flawed = true;
        problems.add(new Problem(where, what, message));
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kindOf(Node node) {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar -> "'" + scalar.getValue() + "'";
            default -> "this";
        };
    }

    private static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static Optional<Duration> parseDuration(String text) {
        Matcher short_ = DURATION.matcher(text);
        try {
            if (!short_.matches()) {
                return Optional.of(Duration.parse(text));
            }
            long count = Long.parseLong(short_.group(1));
            return Optional.of(
                    switch (short_.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    });
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** Letters to add, drop or change; for words of a few letters. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
