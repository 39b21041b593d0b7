package dev.weir.control.classification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells how likely an answer is right that is there already, by logistic regression on the answer's {@linkplain AnswerVector vector}; which
 * model is worth asking first where answers are looked at, and which where an answer will not do, both by what that was seen to gain over asking
 * the dearest at once. It knows the models that it was trained for, and belongs to the head that it was trained with.
 *
 * @param models whose answers it knows, the cheapest first; the dearest, which answers where they will not do, is not among them
 * @param weights of answers, one row for each of the models
 * @param gains of requests, by which it is foretold what asking each of the models first gains
 * @param onward of answers that are not taken, by which it is foretold what asking the next of the models gains; a row without numbers where the
 *     dearest is asked in any case
 * @param rightMin below which an answer is not taken
 */
public record LearnedCheck(
        List<String> models,
        List<List<Double>> weights,
        List<List<Double>> gains,
        List<List<Double>> onward,
        double rightMin) {
    /** The file of a check, beside that of its head. */
    public static final String FILE = "check.json";

    public LearnedCheck {
        models = List.copyOf(models);
        weights = weights.stream().map(List::copyOf).toList();
        gains = gains.stream().map(List::copyOf).toList();
        onward = onward.stream().map(List::copyOf).toList();
        if (models.isEmpty()
                || weights.size() != models.size()
                || gains.size() != models.size()
                || onward.size() != models.size()) {
            throw new IllegalArgumentException("a check has as many rows of weights as models: " + models);
        }
        if (!(rightMin >= 0 && rightMin <= 1)) {
            throw new IllegalArgumentException("rightMin must be in [0, 1]: " + rightMin);
        }
    }

    /** The probability that an answer of one of the models is right. */
    public double right(int model, double[] vector) {
        return 1 / (1 + StrictMath.exp(-sum(weights.get(model), vector)));
    }

    /** The place of the model that is asked first: that which gains most by it, or the dearest, after all others, where none does. */
    public int first(double[] request) {
        int first = models.size();
        double most = 0;
        for (int m = 0; m < models.size(); m++) {
            double gain = sum(gains.get(m), request);
            if (gain > most) {
                first = m;
                most = gain;
            }
        }
        return first;
    }

    /** The place of the model that is asked where an answer of this one will not do: the next, where that gains, or the dearest. */
    public int next(int model, double[] vector) {
        boolean last = model == models.size() - 1;
        return !last && !onward.get(model).isEmpty() && sum(onward.get(model), vector) > 0 ? model + 1 : models.size();
    }

    private static double sum(List<Double> row, double[] vector) {
        if (row.size() != vector.length) {
            throw new IllegalArgumentException(
                    "the check was trained on " + row.size() + " numbers and is given " + vector.length);
        }
        double sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += row.get(i) * vector[i];
        }
        return sum;
    }

    /** Whether a directory has a check; heads may come without. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /**
     * The check in a directory.
     *
     * @throws IOException where there is none, or what is there is none
     */
    public static LearnedCheck read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isReadable(file)) {
            throw new IOException("there is no check at " + file + ": ./weir models train-router makes one");
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
            List<String> models = new ArrayList<>();
            List<List<Double>> weights = new ArrayList<>();
            List<List<Double>> gains = new ArrayList<>();
            List<List<Double>> onward = new ArrayList<>();
            for (JsonNode model : json.path("models")) {
                models.add(model.path("name").asString());
                weights.add(numbers(model.path("weights")));
                gains.add(numbers(model.path("gains")));
                onward.add(numbers(model.path("onward")));
            }
            return new LearnedCheck(
                    models, weights, gains, onward, json.path("rightMin").doubleValue());
        } catch (JacksonException | IllegalArgumentException malformed) {
            throw new IOException(file + " is no check: " + malformed.getMessage(), malformed);
        }
    }

    private static List<Double> numbers(JsonNode row) {
        return row.valueStream().map(JsonNode::doubleValue).toList();
    }

    public void write(Path directory) throws IOException {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("rightMin", rounded(rightMin));
        ArrayNode entries = json.putArray("models");
        for (int m = 0; m < models.size(); m++) {
            ObjectNode entry = entries.addObject().put("name", models.get(m));
            put(weights.get(m), entry.putArray("weights"));
            put(gains.get(m), entry.putArray("gains"));
            put(onward.get(m), entry.putArray("onward"));
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), json + "\n");
    }

    private static void put(List<Double> row, ArrayNode numbers) {
        row.forEach(weight -> numbers.add(rounded(weight)));
    }

    /** Four decimals say all there is to say. */
    private static double rounded(double number) {
        return Math.round(number * 1e4) / 1e4;
    }
}
