package dev.weir.engine.answer;

/** A piece of what an answer says, in the order in which it says it. */
public sealed interface AnswerPart {

    /** What the model thought before it answered. */
    record Reasoning(String text) implements AnswerPart {}

    /** What it answers. */
    record Content(String text) implements AnswerPart {}

    /**
     * A call of a tool begins.
     *
     * @param index of the call in the answer, from 0
     */
    record CallBegin(int index, String name) implements AnswerPart {}

    /**
     * More of a call's arguments. Together they are a JSON object where the model wrote one; one that was cut off or that the model broke is
     * told as it is.
     */
    record CallArguments(int index, String text) implements AnswerPart {}
}
