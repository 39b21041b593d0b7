package dev.weir.control;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.weir.control.ServedModels.Running;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** LangChain4j, with its own implementation of OpenAI's API. */
class LangChain4jIT extends AbstractClientIT {

    LangChain4jIT(Running weir) {
        super(weir);
    }

    @Override
    OpenAiClient open(String baseUrl, String apiKey) {
        return new Client(
                OpenAiChatModel.builder()
                        .baseUrl(baseUrl)
                        .apiKey(apiKey)
                        .strictJsonSchema(true)
                        .strictTools(true)
                        .build(),
                OpenAiStreamingChatModel.builder()
                        .baseUrl(baseUrl)
                        .apiKey(apiKey)
                        .strictTools(true)
                        .build(),
                OpenAiEmbeddingModel.builder()
                        .baseUrl(baseUrl)
                        .apiKey(apiKey)
                        .modelName(ServedModels.MODEL)
                        .build());
    }

    private record Client(OpenAiChatModel chat, OpenAiStreamingChatModel streaming, OpenAiEmbeddingModel embedding)
            implements OpenAiClient {

        private static ChatRequest.Builder ask(String model, String question) {
            return ask(model, List.of(UserMessage.from(question)));
        }

        private static ChatRequest.Builder ask(String model, List<ChatMessage> messages) {
            return ChatRequest.builder()
                    .modelName(model)
                    .temperature(0.0)
                    .maxOutputTokens(MAX_TOKENS)
                    .messages(messages);
        }

        private static ChatRequest.Builder ask(String model, String question, Tool tool) {
            JsonObjectSchema.Builder parameters = JsonObjectSchema.builder().additionalProperties(false);
            JsonNode schema = JsonMapper.shared().readTree(tool.schema());
            schema.path("properties")
                    .properties()
                    .forEach(field -> parameters.addProperty(
                            field.getKey(), JsonRawSchema.from(field.getValue().toString())));
            parameters.required(schema.path("required")
                    .valueStream()
                    .map(JsonNode::asString)
                    .toList());
            return ask(model, question)
                    .toolSpecifications(ToolSpecification.builder()
                            .name(tool.name())
                            .description(tool.description())
                            .parameters(parameters.build())
                            .build());
        }

        @Override
        public Answer chat(String question) {
            return answer(chat.chat(ask(ServedModels.MODEL, question).build()));
        }

        @Override
        public Answer stream(String question, Consumer<String> piece) {
            return answer(streamed(ask(ServedModels.MODEL, question).build(), piece));
        }

        private static Answer answer(ChatResponse response) {
            return new Answer(
                    response.aiMessage().text(),
                    response.tokenUsage().inputTokenCount(),
                    response.tokenUsage().outputTokenCount());
        }

        private ChatResponse streamed(ChatRequest request, Consumer<String> piece) {
            CompletableFuture<ChatResponse> end = new CompletableFuture<>();
            streaming.chat(request, new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(String text) {
                    piece.accept(text);
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    end.complete(response);
                }

                @Override
                public void onError(Throwable failure) {
                    end.completeExceptionally(failure);
                }
            });
            return end.join();
        }

        @Override
        public Call call(String question, Tool tool) {
            return call(chat.chat(demand(question, tool)));
        }

        @Override
        public Call streamedCall(String question, Tool tool) {
            return call(streamed(demand(question, tool), _ -> {}));
        }

        private static ChatRequest demand(String question, Tool tool) {
            return ask(ServedModels.MODEL, question, tool)
                    .toolChoice(ToolChoice.REQUIRED)
                    .build();
        }

        private static Call call(ChatResponse response) {
            ToolExecutionRequest call =
                    response.aiMessage().toolExecutionRequests().getFirst();
            return new Call(call.id(), call.name(), call.arguments());
        }

        @Override
        public String chatOrCall(String question, Tool tool) {
            AiMessage message = chat.chat(
                            ask(ServedModels.TOOL_MODEL, question, tool).build())
                    .aiMessage();
            return Objects.requireNonNullElse(message.text(), "") + message.toolExecutionRequests();
        }

        @Override
        public String afterCall(String question, Call call, String result) {
            ToolExecutionRequest made = ToolExecutionRequest.builder()
                    .id(call.id())
                    .name(call.name())
                    .arguments(call.arguments())
                    .build();
            List<ChatMessage> messages = List.of(
                    UserMessage.from(question), AiMessage.from(made), ToolExecutionResultMessage.from(made, result));
            return chat.chat(ask(ServedModels.TOOL_MODEL, messages).build())
                    .aiMessage()
                    .text();
        }

        @Override
        public String document(String question, String schema) {
            ResponseFormat format = ResponseFormat.builder()
                    .type(ResponseFormatType.JSON)
                    .jsonSchema(JsonSchema.builder()
                            .name("document")
                            .rootElement(JsonRawSchema.from(schema))
                            .build())
                    .build();
            return chat.chat(ask(ServedModels.MODEL, question)
                            .responseFormat(format)
                            .build())
                    .aiMessage()
                    .text();
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            return embedding.embedAll(texts.stream().map(TextSegment::from).toList()).content().stream()
                    .map(vector -> vector.vector())
                    .toList();
        }

        @Override
        public void close() {
            // nothing of it has to be closed
        }
    }
}
