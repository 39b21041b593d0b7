package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code chat.completion} and its chunks: the role first, then text, then the reason why it ended in a chunk of its own. */
record ChatFormat(AnswerHead head, AnswerOptions options, LogprobsJson logprobs) implements AnswerFormat {

    @Override
    public List<ObjectNode> chunks(Sequence sequence) {
        List<ObjectNode> chunks = new ArrayList<>(3);
        if (sequence.open()) {
            ObjectNode opening =
                    chunk(sequence, delta -> delta.put("role", "assistant").put("content", ""));
            if (options.returnTokenIds() && sequence.index() == 0) {
                opening.set("prompt_token_ids", AnswerFormat.array(sequence.promptTokenIds()));
            }
            chunks.add(opening);
        }
        chunks.addAll(said(sequence));
        if (sequence.finished() != null) {
            ObjectNode closing = chunk(sequence, _ -> {});
            AnswerFormat.putFinish((ObjectNode) closing.get("choices").get(0), sequence);
            chunks.add(closing);
        }
        return chunks;
    }

    /** A chunk for each part. Tokens are told with the first, or by themselves where nothing is certain yet. */
    private List<ObjectNode> said(Sequence sequence) {
        List<ObjectNode> said = new ArrayList<>();
        for (AnswerPart part : sequence.parts()) {
            said.add(chunk(sequence, delta -> messages().delta(delta, sequence.index(), part)));
        }
        boolean tokensTell = !sequence.tokens().isEmpty() && (options.wantsLogprobs() || options.returnTokenIds());
        if (tokensTell) {
            if (said.isEmpty()) {
                said.add(chunk(sequence, delta -> delta.put("content", "")));
            }
            ObjectNode choice = (ObjectNode) said.getFirst().get("choices").get(0);
            if (options.wantsLogprobs()) {
                choice.set("logprobs", logprobs.chat(sequence.tokens()));
            }
            if (options.returnTokenIds()) {
                choice.set("token_ids", AnswerFormat.outputIds(sequence));
            }
        }
        return said;
    }

    private ChatMessageJson messages() {
        return new ChatMessageJson(new CallIds(head.id()));
    }

    private ObjectNode chunk(Sequence sequence, Consumer<ObjectNode> delta) {
        ObjectNode chunk = head.open(true);
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", sequence.index());
        delta.accept(choice.putObject("delta"));
        choice.putNull("logprobs").putNull("finish_reason");
        return chunk;
    }

    @Override
    public ObjectNode whole(List<Sequence> sequences) {
        ObjectNode answer = head.open(false);
        ArrayNode choices = answer.putArray("choices");
        for (Sequence sequence : sequences) {
            ObjectNode choice = choices.addObject();
            choice.put("index", sequence.index());
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            messages().message(message, sequence.index(), sequence.parts());
            choice.set("logprobs", options.wantsLogprobs() ? logprobs.chat(sequence.tokens()) : null);
            AnswerFormat.putFinish(choice, sequence);
            if (options.returnTokenIds()) {
                choice.set("token_ids", AnswerFormat.outputIds(sequence));
            }
        }
        answer.set("usage", AnswerFormat.usage(sequences));
        if (options.wantsPromptLogprobs()) {
            answer.set("prompt_logprobs", logprobs.prompt(sequences.getFirst()));
        }
        if (options.returnTokenIds()) {
            answer.set(
                    "prompt_token_ids", AnswerFormat.array(sequences.getFirst().promptTokenIds()));
        }
        return answer;
    }
}
