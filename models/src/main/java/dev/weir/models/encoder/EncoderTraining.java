package dev.weir.models.encoder;

import dev.weir.control.embedding.HashedEncoder;
import dev.weir.control.embedding.TextFeatures;
import dev.weir.models.encoder.Paraphrases.Pair;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Learns a vector for every bucket of features, by contrast: of all second questions of a batch, a first question's own is to be the
 * nearest (InfoNCE, van den Oord et al. 2018, with the other pairs of the batch as negatives; those that mean the same are left out of the
 * sum). Sums of vectors are brought to length 1 as in use, so the gradient runs through that. Steps are AdaGrad's, since most buckets are
 * rare.
 *
 * <p>One thread, one order, {@code StrictMath}: the same seed gives the same bytes everywhere.
 */
public final class EncoderTraining {
    private static final double TEMPERATURE = 0.05;
    private static final double STEP = 0.05;
    private static final double START_SPREAD = 1;
    private static final double SMALL = 1e-8;

    private final float[][] vectors;
    private final float[][] squares;
    private final int dimensionCount;

    public EncoderTraining(int bucketCount, int dimensionCount, long seed) {
        this.dimensionCount = dimensionCount;
        this.vectors = new float[bucketCount][dimensionCount];
        this.squares = new float[bucketCount][dimensionCount];
        SplittableRandom random = new SplittableRandom(seed);
        for (float[] vector : vectors) {
            for (int d = 0; d < dimensionCount; d++) {
                // Where nothing is learnt, texts are compared by what they have in common: random directions are nearly
                // at right angles to each other.
                vector[d] = (float) (START_SPREAD * random.nextGaussian() / Math.sqrt(dimensionCount));
            }
        }
    }

    /** Takes one step and says how far off the batch was, in nats. */
    public double learn(List<Pair> batch) {
        int n = batch.size();
        Side ones = new Side(batch.stream().map(Pair::one).toList());
        Side others = new Side(batch.stream().map(Pair::other).toList());
        double loss = 0;
        for (int i = 0; i < n; i++) {
            double[] share = new double[n];
            double total = 0;
            for (int j = 0; j < n; j++) {
                boolean counts =
                        i == j || !batch.get(i).meaning().equals(batch.get(j).meaning());
                share[j] = counts ? StrictMath.exp((dot(ones.units[i], others.units[j]) - 1) / TEMPERATURE) : 0;
                total += share[j];
            }
            loss -= StrictMath.log(share[i] / total) / n;
            for (int j = 0; j < n; j++) {
                double pull = (share[j] / total - (i == j ? 1 : 0)) / (TEMPERATURE * n);
                for (int d = 0; pull != 0 && d < dimensionCount; d++) {
                    ones.gradients[i][d] += pull * others.units[j][d];
                    others.gradients[j][d] += pull * ones.units[i][d];
                }
            }
        }
        ones.step();
        others.step();
        return loss;
    }

    /** What was learnt. */
    public HashedEncoder encoder() {
        return HashedEncoder.of(vectors);
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int d = 0; d < one.length; d++) {
            sum += one[d] * other[d];
        }
        return sum;
    }

    /** One question of every pair of a batch. */
    private final class Side {
        private final int[][] features;
        private final double[][] units;
        private final double[] lengths;
        private final double[][] gradients;

        Side(List<String> texts) {
            int n = texts.size();
            features = new int[n][];
            units = new double[n][dimensionCount];
            lengths = new double[n];
            gradients = new double[n][dimensionCount];
            for (int i = 0; i < n; i++) {
                features[i] = TextFeatures.of(texts.get(i), vectors.length);
                for (int bucket : features[i]) {
                    for (int d = 0; d < dimensionCount; d++) {
                        units[i][d] += vectors[bucket][d];
                    }
                }
                lengths[i] = Math.sqrt(dot(units[i], units[i])) + SMALL;
                for (int d = 0; d < dimensionCount; d++) {
                    units[i][d] /= lengths[i];
                }
            }
        }

        /** Moves every feature of every text against the gradient of the text's sum. */
        void step() {
            for (int i = 0; i < features.length; i++) {
                double along = dot(gradients[i], units[i]);
                double[] ofSum = new double[dimensionCount];
                for (int d = 0; d < dimensionCount; d++) {
                    ofSum[d] = (gradients[i][d] - along * units[i][d]) / lengths[i];
                }
                for (int bucket : features[i]) {
                    for (int d = 0; d < dimensionCount; d++) {
                        squares[bucket][d] += (float) (ofSum[d] * ofSum[d]);
                        vectors[bucket][d] -= (float) (STEP * ofSum[d] / (Math.sqrt(squares[bucket][d]) + SMALL));
                    }
                }
            }
        }
    }
}
