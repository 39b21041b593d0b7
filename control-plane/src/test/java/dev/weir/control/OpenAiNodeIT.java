package dev.weir.control;

import dev.weir.control.ServedModels.Running;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's own Node client, in a process of its own that is told what to ask. */
class OpenAiNodeIT extends AbstractOpenAiIT {

    OpenAiNodeIT(Running weir) {
        super(weir);
    }

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        NodeProgram.install();
    }

    @Override
    ResponsesClient open(String baseUrl, String apiKey) {
        return new Client(new NodeProgram(
                "openai.mjs",
                baseUrl,
                apiKey,
                ServedModels.MODEL,
                ServedModels.TOOL_MODEL,
                Integer.toString(MAX_TOKENS)));
    }

    private record Client(NodeProgram node) implements ResponsesClient {
        private static final JsonMapper mapper = JsonMapper.shared();

        private JsonNode tell(String act, Object... arguments) {
            return node.tell(act, arguments);
        }

        @Override
        public Answer respond(String question) {
            return mapper.treeToValue(tell("respond", question), Answer.class);
        }

        @Override
        public Answer streamResponse(String question, Consumer<String> piece) {
            return pieces(tell("streamResponse", question), piece);
        }

        private static Answer pieces(JsonNode streamed, Consumer<String> piece) {
            streamed.path("pieces").valueStream().map(JsonNode::asString).forEach(piece);
            return mapper.treeToValue(streamed.path("answer"), Answer.class);
        }

        @Override
        public Answer chat(String question) {
            return mapper.treeToValue(tell("chat", question), Answer.class);
        }

        @Override
        public Answer stream(String question, Consumer<String> piece) {
            return pieces(tell("stream", question), piece);
        }

        @Override
        public Call call(String question, Tool tool) {
            return mapper.treeToValue(tell("call", question, tool), Call.class);
        }

        @Override
        public Call streamedCall(String question, Tool tool) {
            return mapper.treeToValue(tell("streamedCall", question, tool), Call.class);
        }

        @Override
        public String chatOrCall(String question, Tool tool) {
            return tell("chatOrCall", question, tool).asString();
        }

        @Override
        public String afterCall(String question, Call call, String result) {
            return tell("afterCall", question, call, result).asString();
        }

        @Override
        public String document(String question, String schema) {
            return tell("document", question, schema).asString();
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            return tell("embed", texts)
                    .valueStream()
                    .map(vector -> mapper.treeToValue(vector, float[].class))
                    .toList();
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
