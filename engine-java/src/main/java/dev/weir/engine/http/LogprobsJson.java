package dev.weir.engine.http;

import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.request.TokenEvent.TopToken;
import dev.weir.engine.tokenization.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

    /** Of chat: one object for each token, with its bytes and its rivals. */
    ObjectNode chat(List<Token> tokens) {
        ObjectNode json = Json.object();
        ArrayNode content = json.putArray("content");
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
        json.putNull("refusal");
        return json;
    }

    private void put(ObjectNode entry, int tokenId, float logprob) {
        entry.put("token", spelling(tokenId)).put("logprob", Math.max(logprob, FLOOR));
        ArrayNode bytes = entry.putArray("bytes");
        for (byte b : tokenizer.tokenBytes(tokenId)) {
            bytes.add(b & 0xff);
        }
    }

    /** Of text completions: parallel lists, and for each token a map of its rivals and itself. */
    ObjectNode text(Sequence sequence) {
        ObjectNode json = Json.object();
        ArrayNode spellings = json.putArray("tokens");
        ArrayNode logprobs = json.putArray("token_logprobs");
        ArrayNode tops = json.putArray("top_logprobs");
        ArrayNode offsets = json.putArray("text_offset");
        for (Token token : sequence.tokens()) {
            int offset = sequence.textOffset();
            sequence.advanceTextOffset(text(token.tokenId()).length());
            TokenLogprobs of = token.logprobs();
            if (of == null) { // told before, by somebody else
                continue;
            }
            String spelling = spelling(token.tokenId());
            spellings.add(spelling);
            logprobs.add(Math.max(of.logprob(), FLOOR));
            offsets.add(offset);
            ObjectNode top = tops.addObject();
            for (TopToken rival : of.top()) {
                putOnce(top, spelling(rival.tokenId()), rival.logprob());
            }
            putOnce(top, spelling, of.logprob());
        }
        return json;
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
