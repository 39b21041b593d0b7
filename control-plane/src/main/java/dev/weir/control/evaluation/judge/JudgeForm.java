package dev.weir.control.evaluation.judge;

import tools.jackson.databind.node.ObjectNode;

/** How a judge is asked and how its verdict is read. */
public interface JudgeForm {
    /**
     * The request, without its model.
     *
     * @param nonce random, and never used before
     */
    ObjectNode request(Exhibit exhibit, String criterion, String nonce);

    Verdict read(String answer);

    /** Everything that the judge is told by us, for the version. */
    String fixedText();
}
