package dev.weir.control.evaluation.judge;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** How a judge is asked which of two answers is better, where it can be. */
public interface PairForm extends JudgeForm {
    /** Which one. */
    enum Better {
        FIRST,
        SECOND,
        TIE
    }

    /** What the judge says of two answers, in the order in which they were shown. */
    record Choice(Better better, String reasoning) {}

    /**
     * The request, without its model.
     *
     * @param first what is laid before the judge, with the first answer
     * @param nonce random, and never used before
     */
    ObjectNode comparison(Exhibit first, String second, String criterion, String nonce);

    /** Nothing where it is no choice. */
    Optional<Choice> readChoice(String answer);
}
