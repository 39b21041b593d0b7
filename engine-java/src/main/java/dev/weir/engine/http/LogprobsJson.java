package dev.weir.engine.http;

import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.request.TokenEvent.TopToken;
import dev.weir.engine.tokenization.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Log-probabilities in the two shapes that OpenAI has for them.
 *
 * @param asIds spell tokens as {@code token_id:N}, which is unambiguous where texts are not
 */
record LogprobsJson(Tokenizer tokenizer, boolean asIds) {

    /** JSON has no infinity; vLLM's stand-in for it. */
    private static final float FLOOR = -9999;

    /** Of chat. */
    ObjectNode chat(List<Token> tokens) {
        ObjectNode json = Json.object();
        json.set("content", each(tokens));
        json.putNull("refusal");
        return json;
    }

    /** One object for each token, with its bytes and its rivals. */
    ArrayNode each(List<Token> tokens) {
        ArrayNode content = Json.array();
        for (Token token : tokens) {
            TokenLogprobs logprobs = token.logprobs();
            if (logprobs == null) {
                continue;
            }
            ObjectNode entry = content.addObject();
            put(entry, token.tokenId(), logprobs.logprob());
            ArrayNode top = entry.putArray("top_logprobs");
            logprobs.top().forEach(rival -> put(top.addObject(), rival.tokenId(), rival.logprob()));
        }
        return content;
    }

    private void put(ObjectNode entry, int tokenId, float logprob) {
        entry.put("token", spelling(tokenId)).put("logprob", Math.max(logprob, FLOOR));
        ArrayNode bytes = entry.putArray("bytes");
        for (byte b : tokenizer.tokenBytes(tokenId)) {
            bytes.add(b & 0xff);
        }
    }

    /** Of text completions: parallel lists, and for each token a map of its rivals and itself. The first of a prompt comes after nothing. */
    ObjectNode text(Sequence sequence, boolean withPrompt) {
        TextLists lists = new TextLists(sequence);
        if (withPrompt) {
            int[] prompt = sequence.promptTokenIds();
            for (int i = 0; i < prompt.length; i++) {
                // Of an answer that was begun elsewhere nobody scores the prompt again: it was told there.
                boolean unscored = i == 0 || sequence.promptLogprobs().isEmpty();
                lists.add(prompt[i], unscored ? null : sequence.promptLogprobs().get(i - 1));
            }
        }
        for (Token token : sequence.tokens()) {
            if (token.logprobs() != null) {
                lists.add(token.tokenId(), token.logprobs());
            } else { // told before, by somebody else
                sequence.advanceTextOffset(text(token.tokenId()).length());
            }
        }
        return lists.json;
    }

    private final class TextLists {

        private final ObjectNode json = Json.object();
        private final ArrayNode spellings = json.putArray("tokens");
        private final ArrayNode logprobs = json.putArray("token_logprobs");
        private final ArrayNode tops = json.putArray("top_logprobs");
        private final ArrayNode offsets = json.putArray("text_offset");
        private final Sequence sequence;

        TextLists(Sequence sequence) {
            this.sequence = sequence;
        }

        void add(int tokenId, @Nullable TokenLogprobs of) {
            String spelling = spelling(tokenId);
            spellings.add(spelling);
            offsets.add(sequence.textOffset());
            sequence.advanceTextOffset(text(tokenId).length());
            if (of == null) {
                logprobs.addNull();
                tops.addNull();
                return;
            }
            logprobs.add(Math.max(of.logprob(), FLOOR));
            ObjectNode top = tops.addObject();
            for (TopToken rival : of.top()) {
                putOnce(top, spelling(rival.tokenId()), rival.logprob());
            }
            putOnce(top, spelling, of.logprob());
        }
    }

    /** Of a prompt, as vLLM has it: null for its first token, and for each other a map of its rivals and itself by their ids. */
    ArrayNode prompt(Sequence sequence) {
        ArrayNode json = Json.array().addNull();
        int[] prompt = sequence.promptTokenIds();
        for (int i = 1; i < prompt.length; i++) {
            TokenLogprobs of = sequence.promptLogprobs().get(i - 1);
            ObjectNode tokens = json.addObject();
            for (int rank = 0; rank < of.top().size(); rank++) {
                TopToken rival = of.top().get(rank);
                putPromptToken(tokens, rival.tokenId(), rival.logprob(), rank + 1);
            }
            if (!tokens.has(Integer.toString(prompt[i]))) {
                putPromptToken(tokens, prompt[i], of.logprob(), null);
            }
        }
        return json;
    }

    private void putPromptToken(ObjectNode tokens, int tokenId, float logprob, @Nullable Integer rank) {
        tokens.putObject(Integer.toString(tokenId))
                .put("logprob", Math.max(logprob, FLOOR))
                .put("rank", rank)
                .put("decoded_token", spelling(tokenId));
    }

    /** Two ids may have one spelling: the more likely one, which comes first, keeps it. */
    private static void putOnce(ObjectNode top, String spelling, float logprob) {
        if (!top.has(spelling)) {
            top.put(spelling, Math.max(logprob, FLOOR));
        }
    }

    private String spelling(int tokenId) {
        if (asIds) {
            return "token_id:" + tokenId;
        }
        String text = text(tokenId);
        return text.isEmpty() ? tokenizer.tokenText(tokenId) : text;
    }

    /** Of a token by itself; empty for a special one. */
    private String text(int tokenId) {
        return new String(tokenizer.tokenBytes(tokenId), StandardCharsets.UTF_8);
    }
}
