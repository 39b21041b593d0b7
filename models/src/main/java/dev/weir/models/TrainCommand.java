package dev.weir.models;

import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.Mixture;
import dev.weir.models.domain.Split;
import dev.weir.models.format.ModelDirectory;
import dev.weir.models.tokenizer.BpeTrainer;
import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.ChatEncoder;
import dev.weir.models.tokenizer.TokenizerFiles;
import dev.weir.models.training.LearningRate;
import dev.weir.models.training.TorchEngine;
import dev.weir.models.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train}: from a seed to a model directory. */
@Command(
        name = "train",
        description = "Train a demo model on the CPU; the same seed and threads give the same weights.")
final class TrainCommand implements Callable<Integer> {
    static final int VOCABULARY_SIZE = 1024;
    private static final int VOCABULARY_CHATS = 20_000;
    private static final Mixture VOCABULARY_MIXTURE = Mixture.byDifficulty(
            Map.of(Difficulty.SIMPLE, 3, Difficulty.MODERATE, 1, Difficulty.COMPLEX, 1, Difficulty.JUDGE, 1));
    private static final long VOCABULARY_SEED = 1;
    private static final int WARMUP_STEPS = 150;

    @Option(names = "--model", required = true, description = "fast, mid or power")
    private DemoModel model = DemoModel.FAST;

    @Option(names = "--resume", description = "go on from the last checkpoint")
    private boolean resume;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "threads that share each batch (default ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--minutes", defaultValue = "600", description = "stop after this time, with a checkpoint")
    private long minutes;

    @Option(names = "--steps", description = "length of the schedule (default: the model's own)")
    private int steps;

    @Option(names = "--seed", defaultValue = "20261121", description = "default ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--batch-tokens", defaultValue = "3072", description = "tokens per step (default ${DEFAULT-VALUE})")
    private int batchTokens;

    @Option(
            names = "--merges",
            defaultValue = "${sys:weir.home:-.}/models/demo/merges.txt",
            description = "the vocabulary; learnt and written where absent (default ${DEFAULT-VALUE})")
    private Path merges = Path.of("");

    @Option(
            names = "--run",
            defaultValue = "${sys:weir.home:-.}/models/target/runs",
            description = "where checkpoints go (default ${DEFAULT-VALUE})")
    private Path runs = Path.of("");

    @Option(
            names = "--out",
            defaultValue = "${sys:weir.home:-.}/models/demo",
            description = "where the model directory goes (default ${DEFAULT-VALUE})")
    private Path models = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        TorchEngine.configure();
        Path directory = models.resolve(model.modelName());
        BpeVocabulary vocabulary = vocabulary();
        new TokenizerFiles(vocabulary).write(directory, DemoModel.CONTEXT_TOKENS);
        Files.createDirectories(runs);
        try (ChatEncoder encoder = new ChatEncoder(directory)) {
            TrainingRun run = new TrainingRun(
                    plan(vocabulary),
                    encoder,
                    runs.resolve(model.modelName() + ".checkpoint"),
                    System.out,
                    System::nanoTime);
            System.out.printf(
                    "%s: %,d parameters%n",
                    model.modelName(), plan(vocabulary).shape().parameters());
            if (resume) {
                run.resume();
            }
            run.train(Duration.ofMinutes(minutes));
            ModelDirectory.write(directory, run.weights(), vocabulary);
        }
        System.out.println("wrote " + directory);
        return 0;
    }

    private TrainingRun.Plan plan(BpeVocabulary vocabulary) {
        int length = steps > 0 ? steps : model.steps();
        LearningRate rate = new LearningRate(
                model.learningRate(), model.learningRate() / 20, Math.min(WARMUP_STEPS, length / 2), length);
        return new TrainingRun.Plan(
                model.shape(vocabulary.size()), model.curriculum(), rate, seed, batchTokens, 200, 250, 24, threads);
    }

    /** All models share one vocabulary, so it is learnt once, from a fixed part of the training split, and kept. */
    private BpeVocabulary vocabulary() throws IOException {
        if (Files.exists(merges)) {
            return BpeVocabulary.read(merges);
        }
        BpeTrainer trainer = new BpeTrainer();
        ConversationGenerator generator = new ConversationGenerator(Split.TRAIN, VOCABULARY_SEED);
        for (int i = 0; i < VOCABULARY_CHATS; i++) {
            Conversation conversation = generator.mixed(VOCABULARY_MIXTURE);
            conversation.messages().forEach(message -> trainer.add(message.role() + "\n" + message.content()));
        }
        BpeVocabulary learnt = trainer.train(VOCABULARY_SIZE);
        learnt.write(merges);
        return learnt;
    }
}
