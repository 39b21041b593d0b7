package dev.weir.models.training;

import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.Split;
import dev.weir.models.domain.TaskType;
import dev.weir.models.tokenizer.ChatEncoder;
import dev.weir.models.tokenizer.EncodedChat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How many held-out questions the model answers word for word. Given the reference answer so far, it must predict each next token; since
 * a greedy decoder that is right so far has said just that, this equals greedy decoding at the price of one forward pass. It is stricter
 * than the evaluation, which forgives working that differs.
 */
public final class ExactMatch {
    /** Some cases of one type, and how many of them were right. */
    public record Score(int right, int cases) {
        public double share() {
            return cases == 0 ? 0 : (double) right / cases;
        }

        Score plus(boolean isRight) {
            return new Score(right + (isRight ? 1 : 0), cases + 1);
        }
    }

    private final List<Batch> batches;

    public ExactMatch(ChatEncoder encoder, Split split, int casesPerType, long seed, int batchTokens) {
        ConversationGenerator generator = new ConversationGenerator(split, seed);
        List<EncodedChat> chats = new ArrayList<>();
        for (TaskType type : TaskType.values()) {
            for (int i = 0; i < casesPerType; i++) {
                Conversation conversation = generator.single(type);
                chats.add(encoder.encode(conversation));
            }
        }
        batches = ChatStream.batches(chats, batchTokens);
    }

    public Map<TaskType, Score> score(LlamaNetwork network, Weights weights) {
        Map<TaskType, Score> scores = new EnumMap<>(TaskType.class);
        for (Batch batch : batches) {
            long[] predicted = network.predict(weights, batch);
            int at = 0;
            for (EncodedChat chat : batch.chats()) {
                boolean right = true;
                for (int end = at + Batch.targetsOf(chat); at < end; at++) {
                    right &= predicted[at] == batch.targets()[at];
                }
                scores.merge(chat.type(), new Score(0, 0).plus(right), (sum, one) -> sum.plus(one.right() == 1));
            }
        }
        return scores;
    }
}
