package dev.weir.control;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.weir.control.ServedModels.Running;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's own Java client, which checks every answer against what OpenAI says that it answers. */
class OpenAiJavaIT extends AbstractOpenAiIT {

    OpenAiJavaIT(Running weir) {
        super(weir);
    }

    @Override
    ResponsesClient open(String baseUrl, String apiKey) {
        return new Client(OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey(apiKey)
                .responseValidation(true)
                .build());
    }

    private record Client(OpenAIClient openai) implements ResponsesClient {

        private static ChatCompletionCreateParams.Builder ask(String model, String question) {
            return ChatCompletionCreateParams.builder()
                    .model(model)
                    .addUserMessage(question)
                    .temperature(0.0)
                    .maxCompletionTokens(MAX_TOKENS);
        }

        private static ChatCompletionCreateParams.Builder ask(String model, String question, Tool tool) {
            return ask(model, question)
                    .addTool(ChatCompletionFunctionTool.builder()
                            .function(FunctionDefinition.builder()
                                    .name(tool.name())
                                    .description(tool.description())
                                    .strict(true)
                                    .parameters(FunctionParameters.builder()
                                            .putAllAdditionalProperties(json(tool.schema()))
                                            .build())
                                    .build())
                            .build());
        }

        private static ChatCompletionCreateParams demand(String question, Tool tool) {
            return ask(ServedModels.MODEL, question, tool)
                    .toolChoice(ChatCompletionToolChoiceOption.ofNamedToolChoice(ChatCompletionNamedToolChoice.builder()
                            .function(ChatCompletionNamedToolChoice.Function.builder()
                                    .name(tool.name())
                                    .build())
                            .build()))
                    .build();
        }

        private static Map<String, JsonValue> json(String schema) {
            Map<String, JsonValue> values = new LinkedHashMap<>();
            JsonMapper.shared()
                    .readValue(schema, new TypeReference<Map<String, Object>>() {})
                    .forEach((name, value) -> values.put(name, JsonValue.from(value)));
            return values;
        }

        @Override
        public Answer chat(String question) {
            return answer(openai.chat()
                    .completions()
                    .create(ask(ServedModels.MODEL, question).build()));
        }

        private static Answer answer(ChatCompletion completion) {
            return new Answer(
                    completion.choices().getFirst().message().content().orElseThrow(),
                    completion.usage().orElseThrow().promptTokens(),
                    completion.usage().orElseThrow().completionTokens());
        }

        @Override
        public Answer stream(String question, Consumer<String> piece) {
            ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
            ChatCompletionCreateParams params = ask(ServedModels.MODEL, question)
                    .streamOptions(ChatCompletionStreamOptions.builder()
                            .includeUsage(true)
                            .build())
                    .build();
            try (StreamResponse<ChatCompletionChunk> chunks =
                    openai.chat().completions().createStreaming(params)) {
                chunks.stream()
                        .peek(all::accumulate)
                        .flatMap(chunk -> chunk.choices().stream())
                        .flatMap(choice -> choice.delta().content().stream())
                        .forEach(piece);
            }
            return answer(all.chatCompletion());
        }

        private static ResponseCreateParams respondTo(String question) {
            return ResponseCreateParams.builder()
                    .model(ServedModels.MODEL)
                    .input(question)
                    .temperature(0.0)
                    .maxOutputTokens(MAX_TOKENS)
                    .build();
        }

        @Override
        public Answer respond(String question) {
            return answer(openai.responses().create(respondTo(question)));
        }

        @Override
        public Answer streamResponse(String question, Consumer<String> piece) {
            ResponseAccumulator all = ResponseAccumulator.create();
            try (StreamResponse<ResponseStreamEvent> events = openai.responses().createStreaming(respondTo(question))) {
                events.stream()
                        .peek(all::accumulate)
                        .flatMap(event -> event.outputTextDelta().stream())
                        .forEach(delta -> piece.accept(delta.delta()));
            }
            return answer(all.response());
        }

        private static Answer answer(Response response) {
            return new Answer(
                    response.output()
                            .getFirst()
                            .asMessage()
                            .content()
                            .getFirst()
                            .asOutputText()
                            .text(),
                    response.usage().orElseThrow().inputTokens(),
                    response.usage().orElseThrow().outputTokens());
        }

        @Override
        public Call call(String question, Tool tool) {
            return call(openai.chat().completions().create(demand(question, tool)));
        }

        @Override
        public Call streamedCall(String question, Tool tool) {
            ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
            try (StreamResponse<ChatCompletionChunk> chunks =
                    openai.chat().completions().createStreaming(demand(question, tool))) {
                chunks.stream().forEach(all::accumulate);
            }
            return call(all.chatCompletion());
        }

        private static Call call(ChatCompletion completion) {
            ChatCompletionMessageFunctionToolCall call = completion
                    .choices()
                    .getFirst()
                    .message()
                    .toolCalls()
                    .orElseThrow()
                    .getFirst()
                    .asFunction();
            return new Call(call.id(), call.function().name(), call.function().arguments());
        }

        @Override
        public String chatOrCall(String question, Tool tool) {
            ChatCompletionMessage message = openai.chat()
                    .completions()
                    .create(ask(ServedModels.TOOL_MODEL, question, tool).build())
                    .choices()
                    .getFirst()
                    .message();
            return message.content().orElse("") + message.toolCalls().orElse(List.of());
        }

        @Override
        public String afterCall(String question, Call call, String result) {
            ChatCompletionMessageFunctionToolCall made = ChatCompletionMessageFunctionToolCall.builder()
                    .id(call.id())
                    .function(ChatCompletionMessageFunctionToolCall.Function.builder()
                            .name(call.name())
                            .arguments(call.arguments())
                            .build())
                    .build();
            ChatCompletionCreateParams params = ask(ServedModels.TOOL_MODEL, question)
                    .addMessage(ChatCompletionAssistantMessageParam.builder()
                            .addToolCall(made)
                            .build())
                    .addMessage(ChatCompletionToolMessageParam.builder()
                            .toolCallId(call.id())
                            .content(result)
                            .build())
                    .build();
            return openai.chat()
                    .completions()
                    .create(params)
                    .choices()
                    .getFirst()
                    .message()
                    .content()
                    .orElseThrow();
        }

        @Override
        public String document(String question, String schema) {
            ResponseFormatJsonSchema format = ResponseFormatJsonSchema.builder()
                    .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                            .name("document")
                            .strict(true)
                            .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                    .putAllAdditionalProperties(json(schema))
                                    .build())
                            .build())
                    .build();
            return openai.chat()
                    .completions()
                    .create(ask(ServedModels.MODEL, question)
                            .responseFormat(format)
                            .build())
                    .choices()
                    .getFirst()
                    .message()
                    .content()
                    .orElseThrow();
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            return openai
                    .embeddings()
                    .create(EmbeddingCreateParams.builder()
                            .model(ServedModels.MODEL)
                            .inputOfArrayOfStrings(texts)
                            .build())
                    .data()
                    .stream()
                    .map(one -> {
                        float[] vector = new float[one.embedding().size()];
                        for (int i = 0; i < vector.length; i++) {
                            vector[i] = one.embedding().get(i);
                        }
                        return vector;
                    })
                    .toList();
        }

        @Override
        public void close() {
            openai.close();
        }
    }
}
