package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import java.nio.ByteBuffer;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What can be seen of a prompt at a glance.
 *
 * @param text of the last user message, in small letters, bounded
 * @param promptChars of all messages together
 * @param messageCount how deep the conversation is
 * @param lineCount lines of the last user message: context that it brings along
 * @param numberCount numbers in it
 * @param entityCount names, numbers, times and amounts in it
 * @param contextCount blocks of context: in it, marked as such in what the system says, and results of tools since
 * @param expected what form and length of an answer it asks for
 * @param tools whether the model may call tools
 * @param form whether the answer must have one
 * @param oneText whether the answer will be one text, which can be looked at before it is sent: no tools, no choice of several
 */
record PromptFeatures(
        String text,
        int promptChars,
        int messageCount,
        int lineCount,
        int numberCount,
        int entityCount,
        int contextCount,
        ExpectedAnswer expected,
        boolean tools,
        boolean form,
        boolean oneText) {
    /** Of a long message its end is read: that is where people ask. */
    private static final int TEXT_CHARS_MAX = 8192;

    private static final String TOOL = "tool";

    private static final JsonFactory JSON = new JsonFactory();

    static PromptFeatures of(JsonBody request) {
        ByteBuffer view = request.bytes();
        byte[] body = new byte[view.remaining()];
        view.get(body);
        Collector found = new Collector();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            json.nextToken();
            found.readRequest(json);
        } catch (JacksonException _) {
            // an engine will say what is wrong with it; what was read until there counts
        }
        return found.features();
    }

    /** Gathers them in one pass that keeps nothing but the last user message. */
    private static final class Collector {
        private String lastUser = "";
        private int systemContextCount;
        private int toolResultCount;
        private int answerTokensMax = Integer.MAX_VALUE;
        private int promptChars;
        private int messageCount;
        private boolean tools;
        private boolean form;
        private boolean oneText = true;

        void readRequest(JsonParser json) {
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "messages" -> readMessages(json, value);
                    case "prompt", "input" -> {
                        if (value == JsonToken.VALUE_STRING) {
                            take("user", json.getString());
                        }
                        readMessages(json, value); // those of a response; texts and ids are none
                    }
                    case "instructions" -> {
                        if (value == JsonToken.VALUE_STRING) {
                            take("system", json.getString());
                        }
                        json.skipChildren();
                    }
                    case "tools" -> {
                        tools = value == JsonToken.START_ARRAY;
                        oneText = false;
                        json.skipChildren();
                    }
                    case "response_format", "guided_json", "guided_regex", "guided_grammar" -> {
                        form = value != JsonToken.VALUE_NULL;
                        json.skipChildren();
                    }
                    case "max_tokens", "max_completion_tokens", "max_output_tokens" -> {
                        if (value.isNumeric()) {
                            answerTokensMax = (int) json.getValueAsDouble(); // too many are as many as an int can be
                        }
                        json.skipChildren();
                    }
                    case "n" -> oneText &= value == JsonToken.VALUE_NULL || json.getValueAsInt(0) == 1;
                    default -> json.skipChildren();
                }
            }
        }

        private void readMessages(JsonParser json, JsonToken value) {
            if (value != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            for (JsonToken message = json.nextToken(); message != JsonToken.END_ARRAY; message = json.nextToken()) {
                if (message == JsonToken.START_OBJECT) {
                    readMessage(json);
                } else {
                    json.skipChildren();
                }
            }
        }

        private void readMessage(JsonParser json) {
            String role = "";
            StringBuilder content = new StringBuilder();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("role") && value == JsonToken.VALUE_STRING) {
                    role = json.getString();
                } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                    role = json.getString().equals("function_call_output") ? TOOL : role;
                } else if (name.equals("content") && value == JsonToken.VALUE_STRING) {
                    content.append(json.getString());
                } else if (name.equals("content") && value == JsonToken.START_ARRAY) {
                    readParts(json, content);
                } else {
                    json.skipChildren();
                }
            }
            take(role, content.toString());
        }

        private static void readParts(JsonParser json, StringBuilder content) {
            for (JsonToken part = json.nextToken(); part != JsonToken.END_ARRAY; part = json.nextToken()) {
                if (part != JsonToken.START_OBJECT) {
                    json.skipChildren();
                    continue;
                }
                while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                    boolean text = json.currentName().equals("text");
                    if (json.nextToken() == JsonToken.VALUE_STRING && text) {
                        content.append(json.getString()).append('\n');
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }

        private void take(String role, String content) {
            messageCount++;
            promptChars += content.length();
            switch (role) {
                case "user" -> {
                    lastUser = content;
                    toolResultCount = 0;
                }
                case "system", "developer" -> systemContextCount += ContextBlocks.count(end(content), false);
                case TOOL, "function" -> toolResultCount++;
                default -> {} // the model's own words
            }
        }

        private static String end(String content) {
            return content.substring(Math.max(0, content.length() - TEXT_CHARS_MAX));
        }

        PromptFeatures features() {
            String end = end(lastUser);
            String text = end.toLowerCase(Locale.ROOT);
            return new PromptFeatures(
                    text,
                    promptChars,
                    messageCount,
                    (int) end.lines().filter(line -> !line.isBlank()).count(),
                    numbers(end),
                    Entities.count(end),
                    ContextBlocks.count(text, true) + systemContextCount + toolResultCount,
                    ExpectedAnswer.of(text, answerTokensMax),
                    tools,
                    form,
                    oneText);
        }

        private static int numbers(String text) {
            int count = 0;
            for (int i = 0; i < text.length(); i++) {
                boolean begins =
                        Character.isDigit(text.charAt(i)) && (i == 0 || !Character.isDigit(text.charAt(i - 1)));
                count += begins ? 1 : 0;
            }
            return count;
        }
    }
}
