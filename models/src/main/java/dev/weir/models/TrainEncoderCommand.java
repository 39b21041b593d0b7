package dev.weir.models;

import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Split;
import dev.weir.models.encoder.EncoderTraining;
import dev.weir.models.encoder.Paraphrases;
import dev.weir.models.encoder.Paraphrases.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train-encoder}: from a seed to the sentence encoder of the control plane's cache and classification. */
@Command(
        name = "train-encoder",
        description =
                "Train the sentence encoder on paraphrases of the demo domain; the same seed gives the same file.")
final class TrainEncoderCommand implements Callable<Integer> {
    private static final int BATCH_PAIRS = 128;
    private static final int HELD_OUT_PAIRS = 1000;
    private static final int REPORT_EVERY_STEPS = 500;

    @Option(names = "--steps", defaultValue = "3000", description = "batches of 128 pairs (default ${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--seed", defaultValue = "20261121", description = "default ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--buckets", defaultValue = "16384", description = "of features (default ${DEFAULT-VALUE})")
    private int buckets;

    @Option(names = "--dimensions", defaultValue = "64", description = "of a vector (default ${DEFAULT-VALUE})")
    private int dimensions;

    @Option(
            names = "--out",
            defaultValue = "${sys:weir.home:-.}/models/demo/weir-demo-encoder",
            description = "the directory (default ${DEFAULT-VALUE})")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        EncoderTraining training = new EncoderTraining(buckets, dimensions, seed);
        Paraphrases paraphrases = new Paraphrases(Split.TRAIN, seed);
        List<Pair> heldOut = new Paraphrases(Split.TEST, seed).draw(HELD_OUT_PAIRS);
        print("untrained", training.encoder(), heldOut);
        double loss = 0;
        for (int step = 1; step <= steps; step++) {
            loss += training.learn(paraphrases.draw(BATCH_PAIRS)) / REPORT_EVERY_STEPS;
            if (step % REPORT_EVERY_STEPS == 0) {
                System.out.printf(Locale.ROOT, "step %,6d  loss %.4f%n", step, loss);
                loss = 0;
            }
        }
        print("trained", training.encoder(), heldOut);
        training.encoder().write(out);
        System.out.println("wrote " + out.resolve(HashedEncoder.FILE));
        return 0;
    }

    /** How often a question of wordings that training never saw finds its own paraphrase nearest, among all. */
    private static void print(String when, HashedEncoder encoder, List<Pair> pairs) {
        float[][] others =
                pairs.stream().map(pair -> encoder.encode(pair.other())).toArray(float[][]::new);
        int right = 0;
        for (Pair pair : pairs) {
            float[] one = encoder.encode(pair.one());
            int nearest = 0;
            for (int j = 1; j < others.length; j++) {
                nearest = dot(one, others[j]) > dot(one, others[nearest]) ? j : nearest;
            }
            right += pairs.get(nearest).meaning().equals(pair.meaning()) ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "%s: nearest of %,d is a paraphrase for %.1f %%%n",
                when,
                pairs.size(),
                100.0 * right / pairs.size());
    }

    private static float dot(float[] one, float[] other) {
        float sum = 0;
        for (int d = 0; d < one.length; d++) {
            sum += one[d] * other[d];
        }
        return sum;
    }
}
