package dev.weir.models.encoder;

import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.Message;
import dev.weir.models.domain.Split;
import dev.weir.models.domain.TaskType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Pairs of questions of the demo domain that mean the same. Two questions of one type about one record mean the same if they have the same
 * answer; a record's other questions come into the same batch, so that what sets them apart is learnt.
 */
public final class Paraphrases {
    /** How many questions are asked about a scene to find such that mean the same. */
    private static final int ASKED = 12;

    /** Their answer is the same whatever was asked. */
    private static final List<TaskType> ONE_ANSWER = List.of(TaskType.OFF_TOPIC, TaskType.NO_RECORD);

    private static final List<String> COURTESIES = List.of("Hello, ", "Hi! ", "Please tell me: ", "Quick question: ");

    private final ConversationGenerator generator;
    private final SplittableRandom random;

    public Paraphrases(Split split, long seed) {
        this.generator = new ConversationGenerator(split, seed);
        this.random = new SplittableRandom(seed);
    }

    /**
     * Two questions.
     *
     * @param meaning equal for questions that mean the same
     */
    public record Pair(String one, String other, String meaning) {}

    /** At least so many pairs, in groups of questions about one scene. */
    public List<Pair> draw(int count) {
        List<Pair> pairs = new ArrayList<>();
        TaskType[] types = TaskType.values();
        while (pairs.size() < count) {
            TaskType type = random.nextInt(3) == 0 ? TaskType.FACT : types[random.nextInt(types.length)];
            pairs.addAll(pairs(type));
        }
        return pairs;
    }

    private List<Pair> pairs(TaskType type) {
        Map<String, List<String>> byMeaning = new LinkedHashMap<>();
        for (Conversation one : generator.several(type, ASKED)) {
            String question = question(one);
            String meaning = ONE_ANSWER.contains(type)
                    ? question
                    : one.turns().getFirst().answer();
            byMeaning.computeIfAbsent(meaning, _ -> new ArrayList<>()).add(question);
        }
        List<Pair> pairs = new ArrayList<>();
        byMeaning.forEach((meaning, questions) -> {
            String one = questions.getFirst();
            String other = questions.size() > 1
                    ? questions.get(1 + random.nextInt(questions.size() - 1))
                    : COURTESIES.get(random.nextInt(COURTESIES.size())) + one;
            pairs.add(new Pair(one, other, type + " " + meaning));
        });
        return pairs;
    }

    private static String question(Conversation conversation) {
        return conversation.messages().stream()
                .filter(message -> message.role().equals(Message.USER))
                .findFirst()
                .orElseThrow()
                .content();
    }
}
