/**
 * Between stations 10 and 11: what the text of an answer says. Models write reasoning and tool calls into their text, each family in marks
 * of its own ({@link dev.weir.engine.answer.ReasoningFormat}, {@link dev.weir.engine.answer.ToolFormat}, chosen by the model's chat
 * template). {@link dev.weir.engine.answer.AnswerParser} takes the text in whatever pieces it comes and tells
 * {@link dev.weir.engine.answer.AnswerPart parts} as soon as they are certain: nothing of a mark is ever shown, nothing that turns out to
 * be no call is lost, and the pieces make no difference to what is told.
 */
@NullMarked
package dev.weir.engine.answer;

import org.jspecify.annotations.NullMarked;
