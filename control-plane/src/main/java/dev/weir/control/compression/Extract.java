package dev.weir.control.compression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parts of a text that a question is about, by BM25 (Robertson and Zaragoza 2009) over its lines and sentences: words that the question
 * has, the rarer in the text the better. What stands beside a good part counts a little, because its subject may be named there. A JSON
 * array stays one, with fewer elements. Pure.
 */
final class Extract {
    private static final double SATURATION = 1.2;
    private static final double LENGTH_MATTERS = 0.75;
    private static final double NEIGHBOUR_SHARE = 0.3;
    private static final int UNITS_MIN = 4;
    private static final int LINE_CHARS_LONG = 240;
    private static final String GAP = "[...]";

    private Extract() {}

    /**
     * The text with about this share of its characters; nothing where it cannot be told what matters, or nothing would be saved.
     *
     * @param keep the share
     */
    static Optional<String> of(String text, String question, double keep) {
        String stripped = text.strip();
        boolean structured = stripped.startsWith("{") || stripped.startsWith("[");
        Optional<String> extract = structured ? ofJson(stripped, question, keep) : ofText(text, question, keep);
        return extract.filter(shorter -> shorter.length() < text.length());
    }

    private static Optional<String> ofText(String text, String question, double keep) {
        List<String> units = units(text);
        boolean[] kept = choose(units, question, (int) (keep * text.length()));
        if (kept.length == 0) {
            return Optional.empty();
        }
        StringBuilder extract = new StringBuilder();
        boolean gap = false;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                extract.append(gap ? GAP + "\n" : "").append(units.get(i)).append('\n');
            }
            gap = !kept[i];
        }
        return Optional.of(extract.append(gap ? GAP : "").toString().stripTrailing());
    }

    /** Lines; of long ones the sentences. */
    private static List<String> units(String text) {
        List<String> units = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.length() > LINE_CHARS_LONG) {
                units.addAll(Arrays.asList(line.split("(?<=[.!?])\\s+")));
            } else if (!line.isBlank()) {
                units.add(line);
            }
        }
        return units;
    }

    /** An array, or an object with one large array. */
    private static Optional<String> ofJson(String text, String question, double keep) {
        try {
            JsonNode root = JsonMapper.shared().readTree(text);
            ArrayNode array = largestArray(root);
            List<String> elements = array.valueStream().map(JsonNode::toString).toList();
            int around = Math.max(0, root.toString().length() - array.toString().length());
            boolean[] kept = choose(elements, question, (int) (keep * text.length()) - around);
            if (kept.length == 0) {
                return Optional.empty();
            }
            List<JsonNode> all = array.valueStream().toList();
            array.removeAll();
            IntStream.range(0, kept.length).filter(i -> kept[i]).forEach(i -> array.add(all.get(i)));
            return Optional.of(root.toString());
        } catch (JacksonException _) {
            return Optional.empty(); // cut in half it would be of no use to anybody
        }
    }

    private static ArrayNode largestArray(JsonNode root) {
        if (root instanceof ArrayNode array) {
            return array;
        }
        ArrayNode largest = JsonMapper.shared().createArrayNode();
        if (root instanceof ObjectNode object) {
            for (JsonNode field : object) {
                if (field instanceof ArrayNode array && array.size() > largest.size()) {
                    largest = array;
                }
            }
        }
        return largest;
    }

    /** Which units are kept; none are named where nothing of the question is found. */
    private static boolean[] choose(List<String> units, String question, int charsMax) {
        if (units.size() < UNITS_MIN || charsMax <= 0) {
            return new boolean[0];
        }
        double[] scores = scores(units, terms(question));
        if (Arrays.stream(scores).max().orElse(0) <= 0) {
            return new boolean[0];
        }
        boolean[] kept = new boolean[units.size()];
        kept[0] = true; // titles and heads of tables stand there
        int chars = units.getFirst().length();
        List<Integer> best = IntStream.range(1, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .toList();
        for (int i : best) {
            if (scores[i] > 0 && chars + units.get(i).length() <= charsMax) {
                kept[i] = true;
                chars += units.get(i).length();
            }
        }
        return kept;
    }

    private static double[] scores(List<String> units, List<String> question) {
        List<List<String>> words = units.stream().map(Extract::terms).toList();
        Map<String, Integer> unitsWith = new HashMap<>();
        words.forEach(unit -> new HashSet<>(unit).forEach(word -> unitsWith.merge(word, 1, Integer::sum)));
        double lengthMean = words.stream().mapToInt(List::size).average().orElse(1);
        Set<String> asked = Set.copyOf(question);
        double[] alone = new double[units.size()];
        for (int i = 0; i < alone.length; i++) {
            Map<String, Integer> counts = new HashMap<>();
            words.get(i).stream().filter(asked::contains).forEach(word -> counts.merge(word, 1, Integer::sum));
            double length = 1 - LENGTH_MATTERS + LENGTH_MATTERS * words.get(i).size() / lengthMean;
            for (Map.Entry<String, Integer> term : counts.entrySet()) {
                int with = unitsWith.getOrDefault(term.getKey(), 0);
                double rarity = Math.log1p((units.size() - with + 0.5) / (with + 0.5));
                alone[i] += rarity * term.getValue() * (SATURATION + 1) / (term.getValue() + SATURATION * length);
            }
        }
        double[] scores = new double[alone.length];
        for (int i = 0; i < alone.length; i++) {
            double before = i > 0 ? alone[i - 1] : 0;
            double after = i + 1 < alone.length ? alone[i + 1] : 0;
            scores[i] = alone[i] + NEIGHBOUR_SHARE * Math.max(before, after);
        }
        return scores;
    }

    /** Words in small letters, plurals as their singular. */
    private static List<String> terms(String text) {
        List<String> terms = new ArrayList<>();
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
            boolean plural = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss");
            if (!word.isEmpty()) {
                terms.add(plural ? word.substring(0, word.length() - 1) : word);
            }
        }
        return terms;
    }
}
