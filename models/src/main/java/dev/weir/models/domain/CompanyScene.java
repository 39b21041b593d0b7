package dev.weir.models.domain;

import java.util.Set;

/** A user who gives no record: small talk, what the company does in general, and what is none of its business. */
final class CompanyScene implements Scene {
    private static final double INVENTED_THING_SHARE = 0.35;

    @Override
    public String record() {
        return "";
    }

    @Override
    public Set<TaskType> types() {
        return Set.of(TaskType.FACT, TaskType.OFF_TOPIC, TaskType.NO_RECORD);
    }

    @Override
    public Turn ask(TaskType type, Draw draw) {
        return switch (type) {
            case FACT -> {
                CompanyFacts.Fact fact = draw.pick(CompanyFacts.FACTS);
                yield Turn.of(type, draw.phrase(fact.questions()), fact.answer());
            }
            case OFF_TOPIC -> Turn.of(type, offTopic(draw), CompanyFacts.DECLINE);
            case NO_RECORD -> Turn.of(type, draw.pick(BookingField.ALL).question(draw), CompanyFacts.ASK_FOR_RECORD);
            default -> throw new IllegalArgumentException("nothing was given that answers " + type);
        };
    }

    private static Phrase offTopic(Draw draw) {
        Phrase phrase = draw.phrase(CompanyFacts.OFF_TOPIC).with("thing", thing(draw));
        while (phrase.text().contains("<number>")) {
            int number = draw.between(2, 99);
            phrase = new Phrase(phrase.template(), phrase.text().replaceFirst("<number>", Integer.toString(number)));
        }
        return phrase;
    }

    /** Often a word that does not exist, so that not knowing a word comes to mean declining. */
    private static String thing(Draw draw) {
        if (!draw.chance(INVENTED_THING_SHARE)) {
            return draw.pick(CompanyFacts.OFF_TOPIC_THINGS);
        }
        StringBuilder word = new StringBuilder();
        for (int syllable = draw.between(2, 4); syllable > 0; syllable--) {
            word.append("bcdfghklmnprstvwz".charAt(draw.between(0, 16))).append("aeiouy".charAt(draw.between(0, 5)));
        }
        return word.toString();
    }
}
