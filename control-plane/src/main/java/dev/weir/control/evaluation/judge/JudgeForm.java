package dev.weir.control.evaluation.judge;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** How a judge is asked and how its verdict is read. */
public interface JudgeForm {
    /**
     * Why this form has nothing to ask about an exhibit; empty where it does.
     *
     * @param unanswered without its answer: none can talk itself out of being judged
     */
    default Optional<String> inapplicableTo(Exhibit unanswered) {
        return Optional.empty();
    }

    /**
     * The request, without its model.
     *
     * @param nonce random, and never used before
     */
    ObjectNode request(Exhibit exhibit, String criterion, String nonce);

    Verdict read(String answer);

    /** Everything that the judge is told by us, and when it is told nothing, for the version. */
    String fixedText();
}
