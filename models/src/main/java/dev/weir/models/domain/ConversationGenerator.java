package dev.weir.models.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws conversations. The same seed, split and sequence of calls give the same conversations for ever. */
public final class ConversationGenerator {
    /** Record, question and answers together; longer ones lose their later turns. */
    private static final int CHARACTERS_MAX = 700;

    private static final double SYSTEM_SHARE = 0.2;
    private static final double QUESTION_FIRST_SHARE = 0.25;
    private static final double COURTESY_SHARE = 0.4;
    private static final List<String> SYSTEM_MESSAGES = List.of(
            "You are the help desk of Brineway Ferries.",
            "You are a helpful assistant.",
            "Answer questions of ferry passengers.",
            "You help the passengers of Brineway Ferries. Be brief.");
    private static final List<String> OPENERS = List.of(
            "Hi, ",
            "Hello, ",
            "Hello! ",
            "Hi! ",
            "Good morning. ",
            "Please: ",
            "Quick question: ",
            "A question: ",
            "Hey, ",
            "Sorry, ",
            "Dear team, ",
            "So, ");
    private static final List<String> CLOSINGS =
            List.of(" Thanks.", " Thank you!", " Please.", " Thanks!", " It is urgent.", " Thank you.");

    private final Draw draw;

    public ConversationGenerator(Split split, long seed) {
        draw = new Draw(split, new SplittableRandom(seed));
    }

    /** One question of the given type. */
    public Conversation single(TaskType type) {
        Scene scene = scene(type);
        return assemble(scene, List.of(scene.ask(type, draw)));
    }

    /** So many conversations of one question each, all of one type and about one scene: some of them ask the same in other words. */
    public List<Conversation> several(TaskType type, int count) {
        Scene scene = scene(type);
        List<Conversation> conversations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            conversations.add(assemble(scene, List.of(scene.ask(type, draw))));
        }
        return conversations;
    }

    /** One to five questions about one scene; the first is of a type drawn from the mixture. */
    public Conversation mixed(Mixture mixture) {
        TaskType first = mixture.draw(draw);
        Scene scene = scene(first);
        List<Turn> turns = new ArrayList<>();
        turns.add(scene.ask(first, draw));
        List<TaskType> further = mixture.allowed(scene.types());
        boolean repeats = !(scene instanceof RuleScene);
        int length = scene.record().length() + length(turns.getFirst());
        for (int turn = repeats ? draw.between(0, 4) : 0; turn > 0; turn--) {
            Turn next = scene.ask(draw.pick(further), draw);
            length += length(next);
            if (length > CHARACTERS_MAX) {
                break;
            }
            turns.add(next);
        }
        return assemble(scene, turns);
    }

    private static int length(Turn turn) {
        return turn.question().length() + turn.answer().length();
    }

    private Scene scene(TaskType type) {
        return switch (type) {
            case FACT, OFF_TOPIC, NO_RECORD -> new CompanyScene();
            case READ_BACK, BOOKING_LOOKUP, ABSENT_LOOKUP, TWO_FACTS, BOOKING_JSON, FARE_TOTAL, DURATION, DELAY ->
                new BookingScene(type, draw);
            case TIMETABLE_LOOKUP, TIMETABLE_JSON, PRICE_DIFFERENCE, SORTING, FILTER -> new TimetableScene(type, draw);
            case MULTI_HOP -> new LinkedScene(draw);
            case REFUND, GROUP_FARE, BOARDING -> RuleScene.of(type, draw);
            case JUDGE -> new JudgeScene(draw);
        };
    }

    private Conversation assemble(Scene scene, List<Turn> turns) {
        List<Message> messages = new ArrayList<>();
        if (draw.chance(SYSTEM_SHARE)) {
            messages.add(new Message(Message.SYSTEM, draw.pick(SYSTEM_MESSAGES)));
        }
        for (int i = 0; i < turns.size(); i++) {
            String question = spoken(turns.get(i));
            messages.add(new Message(Message.USER, i == 0 ? withRecord(scene, turns.get(i), question) : question));
            messages.add(new Message(Message.ASSISTANT, turns.get(i).answer()));
        }
        return new Conversation(messages, turns);
    }

    private String withRecord(Scene scene, Turn turn, String question) {
        if (scene.record().isEmpty()) {
            return question;
        }
        return turn.type() != TaskType.JUDGE && draw.chance(QUESTION_FIRST_SHARE)
                ? question + "\n\n" + scene.record()
                : scene.record() + "\n\n" + question;
    }

    /** The question as people type it: with or without a capital, a final mark, a greeting, a word of thanks. */
    private String spoken(Turn turn) {
        String question = turn.question();
        if (turn.type() == TaskType.JUDGE) {
            return question; // a form that a program fills in
        }
        if (draw.chance(0.7)) {
            question = Character.toUpperCase(question.charAt(0)) + question.substring(1);
        }
        boolean marked = question.endsWith("?");
        if (marked && draw.chance(0.15)) {
            question = question.substring(0, question.length() - 1);
        } else if (!marked && draw.chance(0.6)) {
            question += ".";
        }
        boolean smallTalk = turn.type() == TaskType.FACT && question.length() < 24;
        if (smallTalk || !draw.chance(COURTESY_SHARE)) {
            return question;
        }
        if (draw.chance(0.5)) {
            return draw.pick(OPENERS) + question;
        }
        return question + (question.matches(".*[.?]") ? "" : ".") + draw.pick(CLOSINGS);
    }
}
