package dev.weir.control.classification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Foretells for each of three models whether it gets a request right, by logistic regression on the request's vector. It knows the models
 * that it was trained for and says nothing about others.
 *
 * @param models the names, the cheapest first
 * @param weights one row for each model
 * @param sacrificeMax of probability to be right, for the sake of a cheaper model
 */
public record LearnedHead(List<String> models, List<List<Double>> weights, double sacrificeMax) {
    /** The file of a head in its directory. */
    public static final String FILE = "router.json";

    /** For which each of the models is enough. */
    private static final List<Difficulty> VERDICTS =
            List.of(Difficulty.SIMPLE, Difficulty.MODERATE, Difficulty.COMPLEX);

    public LearnedHead {
        models = List.copyOf(models);
        weights = weights.stream().map(List::copyOf).toList();
        if (models.size() != VERDICTS.size() || weights.size() != models.size()) {
            throw new IllegalArgumentException(
                    "a head has as many models and rows of weights as difficulties: " + models);
        }
    }

    /** The same, with as much to be given up. */
    public LearnedHead sacrificing(double other) {
        return new LearnedHead(models, weights, other);
    }

    /** For each model the probability that it is right. */
    public double[] rights(double[] vector) {
        double[] rights = new double[models.size()];
        for (int m = 0; m < rights.length; m++) {
            List<Double> row = weights.get(m);
            if (row.size() != vector.length) {
                throw new IllegalArgumentException(
                        "the head was trained on " + row.size() + " numbers and is given " + vector.length);
            }
            double sum = 0;
            for (int i = 0; i < vector.length; i++) {
                sum += row.get(i) * vector[i];
            }
            rights[m] = 1 / (1 + Math.exp(-sum));
        }
        return rights;
    }

    /** The cheapest model that is as likely right as any, but for what may be sacrificed. */
    public int choose(double[] rights) {
        double best = DoubleStream.of(rights).max().orElseThrow();
        int chosen = 0;
        while (rights[chosen] < best - sacrificeMax) {
            chosen++;
        }
        return chosen;
    }

    Classification classify(double[] vector) {
        double[] rights = rights(vector);
        int chosen = choose(rights);
        return verdict(chosen, rights[chosen], rights, "");
    }

    /** The verdict where answers are looked at. */
    Classification classifyLookedAt(double[] vector, LearnedCheck check) {
        double[] rights = rights(vector);
        int chosen = check.first(vector);
        return verdict(chosen, confidenceLookedAt(rights, chosen), rights, ", and is looked at");
    }

    /** Of an answer that is looked at: where the model that is chosen will not do the dearest answers, so the more likely of both counts. */
    public static double confidenceLookedAt(double[] rights, int chosen) {
        return Math.max(rights[chosen], rights[rights.length - 1]);
    }

    private Classification verdict(int chosen, double confidence, double[] rights, String looked) {
        return new Classification(
                VERDICTS.get(chosen),
                confidence,
                String.format(
                        Locale.ROOT,
                        "learnt from evaluation: %s is right with %.2f, %s with %.2f, %s with %.2f%s",
                        models.get(0),
                        rights[0],
                        models.get(1),
                        rights[1],
                        models.get(2),
                        rights[2],
                        looked));
    }

    /**
     * The head in a directory.
     *
     * @throws IOException where there is none, or what is there is none
     */
    public static LearnedHead read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isReadable(file)) {
            throw new IOException("there is no head at " + file + ": ./weir models train-router makes one");
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
            List<String> models = new ArrayList<>();
            List<List<Double>> weights = new ArrayList<>();
            for (JsonNode model : json.path("models")) {
                models.add(model.path("name").asString());
                weights.add(model.path("weights")
                        .valueStream()
                        .map(JsonNode::doubleValue)
                        .toList());
            }
            return new LearnedHead(models, weights, json.path("sacrificeMax").doubleValue());
        } catch (JacksonException | IllegalArgumentException malformed) {
            throw new IOException(file + " is no head: " + malformed.getMessage(), malformed);
        }
    }

    public void write(Path directory) throws IOException {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("sacrificeMax", sacrificeMax);
        ArrayNode entries = json.putArray("models");
        for (int m = 0; m < models.size(); m++) {
            ArrayNode row = entries.addObject().put("name", models.get(m)).putArray("weights");
            // Four decimals say all there is to say.
            weights.get(m).forEach(weight -> row.add(Math.round(weight * 1e4) / 1e4));
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), json + "\n");
    }
}
