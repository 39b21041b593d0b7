package dev.weir.models.domain;

import java.util.Locale;

/** What kind of question is asked, and with it how hard it is and how its answer is checked. */
public enum TaskType {
    /** Facts about the company, greetings, and who the assistant is: nothing is given, all is remembered. */
    FACT(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** A question about something else than ferries, to be declined politely. */
    OFF_TOPIC(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** A question about a booking that was not given. */
    NO_RECORD(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** One field of a booking record. */
    BOOKING_LOOKUP(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** A field that the given booking record lacks. */
    ABSENT_LOOKUP(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** One cell of a timetable. */
    TIMETABLE_LOOKUP(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** The given record, word for word: the exercise that teaches a fresh model to copy. */
    READ_BACK(Difficulty.SIMPLE, AnswerRule.EXACT),
    /** Two fields of a booking record. */
    TWO_FACTS(Difficulty.MODERATE, AnswerRule.EXACT),
    /** Two or three fields of a booking record as a JSON object. */
    BOOKING_JSON(Difficulty.MODERATE, AnswerRule.JSON),
    /** One row of a timetable as a JSON object. */
    TIMETABLE_JSON(Difficulty.MODERATE, AnswerRule.JSON),
    /** The sum of the fares of adults and children. */
    FARE_TOTAL(Difficulty.MODERATE, AnswerRule.FINAL),
    /** How long a crossing takes. */
    DURATION(Difficulty.MODERATE, AnswerRule.FINAL),
    /** The new departure after a delay. */
    DELAY(Difficulty.MODERATE, AnswerRule.FINAL),
    /** How much dearer one sailing is than another. */
    PRICE_DIFFERENCE(Difficulty.MODERATE, AnswerRule.FINAL),
    /** What is paid back by the rules for the ticket. */
    REFUND(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** From a passenger over the booking to the ship and its gate, captain or departure. */
    MULTI_HOP(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** Sailings in order of departure or fare. */
    SORTING(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** The cheapest sailing that leaves late enough. */
    FILTER(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** The sum of fares, less a discount that depends on the sum. */
    GROUP_FARE(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** Whether a passenger is in time to board, by document and vehicle. */
    BOARDING(Difficulty.COMPLEX, AnswerRule.FINAL),
    /** Whether an answer is supported by its context. */
    JUDGE(Difficulty.JUDGE, AnswerRule.FINAL);

    private final Difficulty difficulty;
    private final AnswerRule rule;

    TaskType(Difficulty difficulty, AnswerRule rule) {
        this.difficulty = difficulty;
        this.rule = rule;
    }

    public Difficulty difficulty() {
        return difficulty;
    }

    public AnswerRule rule() {
        return rule;
    }

    /** The name in files and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
