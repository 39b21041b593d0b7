package dev.weir.control.ingress;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether a chat's answer is good enough to be sent, by what is cheap to see: how sure its model was of its tokens, whether it declines,
 * whether it has the form that was asked for. The model is asked for log-probabilities in any case; where the caller did not, they are taken
 * out again.
 *
 * @param body that goes to the engine
 * @param logprobsAsked by the caller
 * @param formed whether the answer must be JSON
 */
record AnswerCheck(JsonBody body, boolean logprobsAsked, boolean formed) {
    private static final String DATA = "data:";
    private static final Pattern DECLINES = Pattern.compile(
            "^\\s*(?:i am|i'm|i’m)?\\s*(?:sorry|unable to|afraid i|i can(?:not|'t|’t) (?:help|assist|answer|do)|as an ai)",
            Pattern.CASE_INSENSITIVE);

    /** The check for a request, if its answer can be checked: one answer, and no tools. */
    static Optional<AnswerCheck> of(JsonBody body) {
        ByteBuffer view = body.bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        if (!(JsonMapper.shared().readTree(bytes) instanceof ObjectNode request)
                || request.has("tools")
                || request.path("n").asInt(1) != 1) {
            return Optional.empty();
        }
        boolean asked = request.path("logprobs").asBoolean(false);
        boolean formed =
                request.path("response_format").path("type").asString("").startsWith("json");
        request.put("logprobs", true);
        return Optional.of(
                new AnswerCheck(new JsonBody(JsonMapper.shared().writeValueAsBytes(request)), asked, formed));
    }

    /**
     * An answer that is over.
     *
     * @param cutOff at the number of tokens that it might have
     */
    record Said(ScoredAnswer answer, boolean cutOff) {}

    /** What an answer says; nothing where it is no answer of a kind that is known here: its reader may know it. */
    Optional<Said> read(boolean events, byte[] answer) {
        StringBuilder text = new StringBuilder();
        List<ScoredAnswer.Token> tokens = new ArrayList<>();
        boolean cutOff = false;
        try {
            for (JsonNode part : parts(events, answer)) {
                JsonNode choice = part.path("choices").path(0);
                JsonNode said = choice.has("delta") ? choice.path("delta") : choice.path("message");
                text.append(said.path("content").asString(""));
                cutOff |= choice.path("finish_reason").asString("").equals("length");
                for (JsonNode token : choice.path("logprobs").path("content")) {
                    tokens.add(new ScoredAnswer.Token(
                            token.path("token").asString(""),
                            token.path("logprob").asDouble()));
                }
            }
        } catch (JacksonException _) {
            return Optional.empty();
        }
        return Optional.of(new Said(new ScoredAnswer(text.toString(), tokens), cutOff));
    }

    /** Whether an answer begins by declining. Where it was learnt what answers are right, that says whether to decline was. */
    Optional<String> declined(Said said) {
        return DECLINES.matcher(said.answer().text()).find() ? Optional.of("it declines") : Optional.empty();
    }

    /** Whether an answer has not the form that was asked for. */
    Optional<String> malformed(Said said) {
        return formed && (said.cutOff() || !isJson(said.answer().text()))
                ? Optional.of("it has not the form that was asked for")
                : Optional.empty();
    }

    /** The answer as the caller asked for it. */
    byte[] asAsked(boolean events, byte[] answer) {
        if (logprobsAsked) {
            return answer;
        }
        if (!events) {
            return JsonMapper.shared()
                    .writeValueAsBytes(withoutLogprobs(JsonMapper.shared().readTree(answer)));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(answer.length);
        for (String line : new String(answer, StandardCharsets.UTF_8).split("\n", -1)) {
            boolean chunk = line.startsWith(DATA) && line.contains("\"logprobs\"");
            String kept = chunk
                    ? DATA + " " + withoutLogprobs(JsonMapper.shared().readTree(line.substring(DATA.length())))
                    : line;
            out.writeBytes((kept + "\n").getBytes(StandardCharsets.UTF_8));
        }
        byte[] lines = out.toByteArray();
        return Arrays.copyOf(lines, lines.length - 1);
    }

    private static JsonNode withoutLogprobs(JsonNode part) {
        for (JsonNode choice : part.path("choices")) {
            if (choice instanceof ObjectNode object && object.has("logprobs")) {
                object.putNull("logprobs");
            }
        }
        return part;
    }

    private static List<JsonNode> parts(boolean events, byte[] answer) {
        if (!events) {
            return List.of(JsonMapper.shared().readTree(answer));
        }
        List<JsonNode> parts = new ArrayList<>();
        for (String line : new String(answer, StandardCharsets.UTF_8).split("\n", -1)) {
            String data = line.startsWith(DATA) ? line.substring(DATA.length()).strip() : "";
            if (data.startsWith("{")) {
                parts.add(JsonMapper.shared().readTree(data));
            }
        }
        return parts;
    }

    private static boolean isJson(String text) {
        try {
            return JsonMapper.shared().readTree(text).isObject();
        } catch (JacksonException _) {
            return false;
        }
    }
}
