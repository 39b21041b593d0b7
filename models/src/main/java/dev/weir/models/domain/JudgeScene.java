package dev.weir.models.domain;

import java.util.Set;

/** A context, a question and an answer of which to say whether the context supports it. One answer in two is wrong. */
final class JudgeScene implements Scene {
    /** The two verdicts, as the final answer spells them. */
    static final String SUPPORTED = "supported";

    static final String UNSUPPORTED = "unsupported";

    private static final double BARE_SHARE = 0.3;
    private static final double TIMETABLE_SHARE = 0.4;
    private static final Phrasing VERDICT = Phrasing.of(
            "(is|judge if|decide if|check if|say if|tell me if) the answer( is|) (supported|backed|proved|confirmed) by the (context|record|text)( or not|)?",
            "(does|judge whether|decide whether|check whether) the (context|record|text) (support|back|confirm|prove) the answer( or not|)?",
            "(judge|check|verify|grade) the answer (against|by|with|using) the (context|record|text)( please| only| above|)",
            "(supported or unsupported|is it supported or unsupported|answer supported or unsupported)( by the context| by the record|)?");

    private final Scene context;

    JudgeScene(Draw draw) {
        context = draw.chance(TIMETABLE_SHARE)
                ? new TimetableScene(TaskType.TIMETABLE_LOOKUP, draw)
                : new BookingScene(TaskType.BOOKING_LOOKUP, draw);
    }

    @Override
    public String record() {
        return "Context:\n" + context.record();
    }

    @Override
    public Set<TaskType> types() {
        return Set.of(TaskType.JUDGE);
    }

    @Override
    public Turn ask(TaskType type, Draw draw) {
        Claim claim = context.claim(draw);
        boolean supported = draw.chance(0.5);
        String claimed = supported ? claim.value() : claim.wrongValue();
        String answer = draw.chance(BARE_SHARE) ? claimed : claim.sentence().formatted(claimed);
        Phrase instruction = draw.phrase(VERDICT);
        return new Turn(
                TaskType.JUDGE,
                claim.question().template() + " / " + instruction.template(),
                "Question: %s\nAnswer: %s\n%s".formatted(claim.question().text(), answer, instruction.text()),
                "%s; given: %s. Answer: %s.".formatted(claim.answer(), claimed, supported ? SUPPORTED : UNSUPPORTED));
    }
}
