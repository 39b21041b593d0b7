package dev.weir.engine.http;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code text_completion}, whose chunks have the same name and shape as the whole. */
record TextFormat(AnswerHead head, AnswerOptions options, LogprobsJson logprobs) implements AnswerFormat {

    @Override
    public List<ObjectNode> chunks(Sequence sequence) {
        boolean tokensTell = !sequence.tokens().isEmpty() && (options.wantsLogprobs() || options.returnTokenIds());
        boolean opens = options.echo() && sequence.isUnopened();
        if (sequence.text().isEmpty() && !tokensTell && !opens && sequence.finished() == null) {
            return List.of();
        }
        ObjectNode chunk = head.open(true);
        addChoice(chunk.putArray("choices"), sequence, sequence.open());
        return List.of(chunk);
    }

    @Override
    public ObjectNode whole(List<Sequence> sequences) {
        ObjectNode answer = head.open(false);
        ArrayNode choices = answer.putArray("choices");
        sequences.forEach(sequence -> addChoice(choices, sequence, true));
        answer.set("usage", AnswerFormat.usage(sequences));
        return answer;
    }

    private void addChoice(ArrayNode choices, Sequence sequence, boolean withPrompt) {
        ObjectNode choice = choices.addObject();
        String echo = withPrompt ? sequence.echo() : "";
        choice.put("index", sequence.index()).put("text", echo + sequence.text());
        choice.set("logprobs", options.wantsLogprobs() ? logprobs.text(sequence, withPrompt && options.echo()) : null);
        AnswerFormat.putFinish(choice, sequence);
        if (options.wantsPromptLogprobs()) {
            choice.set("prompt_logprobs", logprobs.prompt(sequence));
        }
        if (options.returnTokenIds()) {
            if (withPrompt) {
                choice.set("prompt_token_ids", AnswerFormat.array(sequence.promptTokenIds()));
            }
            choice.set("token_ids", AnswerFormat.outputIds(sequence));
        }
    }
}
