package dev.weir.models;

import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code generate}: the evaluation set, and conversations of any split to look at. */
@Command(
        name = "generate",
        description = "Write the labelled evaluation set, or conversations of a split, from a seed.")
final class GenerateCommand implements Callable<Integer> {
    private static final int CHATS_MAX = 1_000_000;

    @Option(
            names = "--split",
            description = "TRAIN, VALIDATION or TEST: write conversations of it instead of the evaluation set")
    private Split split = Split.TEST;

    @Option(names = "--chats", description = "how many conversations (default: none, the evaluation set is written)")
    private int chats;

    @Option(
            names = "--model",
            description = "whose mixture of questions the conversations have (default ${DEFAULT-VALUE})")
    private DemoModel model = DemoModel.POWER;

    @Option(names = "--seed", description = "default ${DEFAULT-VALUE}")
    private long seed = EvaluationSet.SEED;

    @Option(
            names = "--out",
            defaultValue = "${sys:weir.home:-.}/models/demo/evaluation.jsonl",
            description = "default ${DEFAULT-VALUE}")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        if (chats < 0 || chats > CHATS_MAX) {
            throw new IOException("--chats must be from 0 to " + CHATS_MAX + ": " + chats);
        }
        if (chats == 0) {
            EvaluationSet.generate(Split.TEST, seed, EvaluationSet.COUNTS).write(out);
        } else {
            writeConversations();
        }
        System.out.println("wrote " + out);
        return 0;
    }

    private void writeConversations() throws IOException {
        ConversationGenerator generator = new ConversationGenerator(split, seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < chats; i++) {
            Conversation conversation = generator.mixed(model.mixture());
            lines.append(JsonMapper.shared().writeValueAsString(conversation)).append('\n');
        }
        Files.writeString(out, lines);
    }
}
