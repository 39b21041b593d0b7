package dev.weir.models;

import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.Mixture;
import dev.weir.models.domain.TaskType;
import dev.weir.models.training.Curriculum;
import dev.weir.models.training.LlamaShape;
import java.util.Locale;
import java.util.Map;

/** The catalogue: the three models Weir ships, and how each is trained. */
public enum DemoModel {
    FAST("small and quick; knows the company, looks things up and adds", 96, 256, 4, 3, 1, 12_500, 3e-3f),
    MID("adds rules, several steps and sorting", 128, 352, 6, 4, 2, 6_000, 2.5e-3f),
    POWER("surest of all, and judges", 192, 512, 6, 6, 3, 8_000, 2e-3f);

    /** The longest chat that is served. */
    static final int CONTEXT_TOKENS = 512;

    private static final int HEAD_SIZE = 32;
    private static final int COPYING_WEIGHT = 500;
    private static final int COPYING_CHUNKS = 16;

    private final String purpose;
    private final int hidden;
    private final int intermediate;
    private final int layers;
    private final int heads;
    private final int kvHeads;
    private final int steps;
    private final float learningRate;

    DemoModel(
            String purpose,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int kvHeads,
            int steps,
            float learningRate) {
        this.purpose = purpose;
        this.hidden = hidden;
        this.intermediate = intermediate;
        this.layers = layers;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.steps = steps;
        this.learningRate = learningRate;
    }

    /** What a request names, and the folder the weights lie in. */
    public String modelName() {
        return "weir-demo-" + shortName();
    }

    public String shortName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String purpose() {
        return purpose;
    }

    public int steps() {
        return steps;
    }

    public float learningRate() {
        return learningRate;
    }

    public LlamaShape shape(int vocabulary) {
        return new LlamaShape(vocabulary, hidden, intermediate, layers, heads, kvHeads, HEAD_SIZE, CONTEXT_TOKENS);
    }

    /** First reading back and looking up, then the model's own mixture. */
    public Curriculum curriculum() {
        return new Curriculum(mixture().with(TaskType.READ_BACK, COPYING_WEIGHT), COPYING_CHUNKS, mixture());
    }

    /** What it is trained on: each model mainly on what it is for. */
    public Mixture mixture() {
        return switch (this) {
            case FAST ->
                Mixture.byDifficulty(weights(20, 16, 4, 1))
                        .with(TaskType.FACT, 60)
                        .with(TaskType.READ_BACK, 30)
                        .with(TaskType.TIMETABLE_LOOKUP, 90)
                        .with(TaskType.TIMETABLE_JSON, 40);
            case MID ->
                withHardestTwice(Mixture.byDifficulty(weights(8, 14, 12, 2))
                        .with(TaskType.FACT, 40)
                        .with(TaskType.TIMETABLE_LOOKUP, 20)
                        .with(TaskType.TIMETABLE_JSON, 25)
                        .with(TaskType.PRICE_DIFFERENCE, 24)
                        .with(TaskType.FARE_TOTAL, 20));
            case POWER ->
                withHardestTwice(Mixture.byDifficulty(weights(10, 10, 12, 30))
                        .with(TaskType.FACT, 30)
                        .with(TaskType.NO_RECORD, 5)
                        .with(TaskType.READ_BACK, 5)
                        .with(TaskType.TIMETABLE_LOOKUP, 20)
                        .with(TaskType.TIMETABLE_JSON, 25)
                        .with(TaskType.MULTI_HOP, 40));
        };
    }

    private static Map<Difficulty, Integer> weights(int simple, int moderate, int complex, int judge) {
        return Map.of(
                Difficulty.SIMPLE,
                simple,
                Difficulty.MODERATE,
                moderate,
                Difficulty.COMPLEX,
                complex,
                Difficulty.JUDGE,
                judge);
    }

    /** What validation showed to be learnt last. */
    private static Mixture withHardestTwice(Mixture mixture) {
        return mixture.with(TaskType.DURATION, 40)
                .with(TaskType.GROUP_FARE, 40)
                .with(TaskType.SORTING, 20)
                .with(TaskType.FILTER, 25);
    }
}
