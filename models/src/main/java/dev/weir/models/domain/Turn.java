package dev.weir.models.domain;

/**
 * One question and its reference answer.
 *
 * @param type what kind of question it is
 * @param template the sentence form of the question, without the courtesies around it
 * @param question what the user says
 * @param answer what the assistant should say
 */
public record Turn(TaskType type, String template, String question, String answer) {
    static Turn of(TaskType type, Phrase question, String answer) {
        if (question.text().contains("<")) {
            throw new IllegalArgumentException("a slot was left open: " + question.text());
        }
        return new Turn(type, question.template(), question.text(), answer);
    }
}
