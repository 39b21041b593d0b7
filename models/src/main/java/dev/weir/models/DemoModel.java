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
    FAST("small and quick; knows the company and looks things up", 96, 256, 4, 3, 1, 12_000, 3e-3f),
    MID("adds sums, times and JSON", 128, 352, 6, 4, 2, 5_000, 2.5e-3f),
    POWER("adds rules, several steps and judging", 192, 512, 6, 6, 3, 8_000, 2e-3f);

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
        Map<Difficulty, Integer> weights = switch (this) {
            case FAST ->
                Map.of(Difficulty.SIMPLE, 20, Difficulty.MODERATE, 2, Difficulty.COMPLEX, 1, Difficulty.JUDGE, 1);
            case MID ->
                Map.of(Difficulty.SIMPLE, 10, Difficulty.MODERATE, 10, Difficulty.COMPLEX, 3, Difficulty.JUDGE, 6);
            case POWER ->
                Map.of(Difficulty.SIMPLE, 10, Difficulty.MODERATE, 10, Difficulty.COMPLEX, 12, Difficulty.JUDGE, 30);
        };
        Mixture mixture = Mixture.byDifficulty(weights)
                .with(TaskType.FACT, this == POWER ? 30 : 60)
                .with(TaskType.NO_RECORD, this == FAST ? 12 : 5)
                .with(TaskType.READ_BACK, this == FAST ? 30 : 5)
                .with(TaskType.TIMETABLE_LOOKUP, this == FAST ? 150 : 20)
                .with(TaskType.TIMETABLE_JSON, this == FAST ? 2 : 25)
                .with(TaskType.MULTI_HOP, this == POWER ? 40 : 3);
        return this == POWER ? withHardestTwice(mixture) : mixture;
    }

    /** What validation showed to be learnt last. */
    private static Mixture withHardestTwice(Mixture mixture) {
        return mixture.with(TaskType.DURATION, 40)
                .with(TaskType.GROUP_FARE, 40)
                .with(TaskType.SORTING, 20)
                .with(TaskType.FILTER, 25);
    }
}
