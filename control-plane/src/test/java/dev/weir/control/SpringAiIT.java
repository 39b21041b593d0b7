package dev.weir.control;

import dev.weir.control.ServedModels.Running;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;
import org.springframework.ai.tool.function.FunctionToolCallback;

/** Spring AI, over OpenAI's Java client. */
class SpringAiIT extends AbstractClientIT {

    SpringAiIT(Running weir) {
        super(weir);
    }

    @Override
    OpenAiClient open(String baseUrl, String apiKey) {
        return new Client(
                baseUrl,
                apiKey,
                OpenAiEmbeddingModel.builder()
                        .options(OpenAiEmbeddingOptions.builder()
                                .baseUrl(baseUrl)
                                .apiKey(apiKey)
                                .model(ServedModels.MODEL)
                                .build())
                        .build());
    }

    private record Client(String baseUrl, String apiKey, OpenAiEmbeddingModel embedding) implements OpenAiClient {

        private OpenAiChatOptions.Builder ask(String model) {
            OpenAiChatOptions.Builder options = OpenAiChatOptions.builder();
            options.baseUrl(baseUrl)
                    .apiKey(apiKey)
                    .model(model)
                    .temperature(0.0)
                    .maxCompletionTokens(MAX_TOKENS);
            return options;
        }

        private OpenAiChatOptions.Builder ask(String model, Tool tool) {
            OpenAiChatOptions.Builder options = ask(model);
            options.toolCallbacks(FunctionToolCallback.builder(tool.name(), (String _) -> "never called")
                    .description(tool.description())
                    .inputSchema(tool.schema())
                    .inputType(String.class)
                    .build());
            return options;
        }

        private static OpenAiChatModel model(OpenAiChatOptions options) {
            return OpenAiChatModel.builder().options(options).build();
        }

        private static ChatResponse answer(OpenAiChatOptions options, Message... messages) {
            return model(options).call(new Prompt(List.of(messages), options));
        }

        private static AssistantMessage message(ChatResponse response) {
            return Objects.requireNonNull(response.getResult()).getOutput();
        }

        private static String text(ChatResponse response) {
            return Objects.requireNonNull(message(response).getText());
        }

        private static Answer answer(String text, ChatResponse response) {
            Usage usage = response.getMetadata().getUsage();
            return new Answer(text, usage.getPromptTokens(), usage.getCompletionTokens());
        }

        @Override
        public Answer chat(String question) {
            ChatResponse response = answer(ask(ServedModels.MODEL).build(), new UserMessage(question));
            return answer(text(response), response);
        }

        @Override
        public Answer stream(String question, Consumer<String> piece) {
            OpenAiChatOptions.Builder asked = ask(ServedModels.MODEL);
            asked.streamUsage(true);
            OpenAiChatOptions options = asked.build();
            StringBuilder text = new StringBuilder();
            ChatResponse last = model(options).stream(new Prompt(new UserMessage(question), options))
                    .doOnNext(response -> {
                        if (response.getResult() != null) {
                            text.append(
                                    Objects.requireNonNullElse(message(response).getText(), ""));
                        }
                    })
                    .last()
                    .blockOptional()
                    .orElseThrow();
            piece.accept(text.toString());
            return answer(text.toString(), last);
        }

        private OpenAiChatOptions demand(Tool tool) {
            OpenAiChatOptions.Builder options = ask(ServedModels.MODEL, tool);
            options.toolChoice("required");
            return options.build();
        }

        @Override
        public Call call(String question, Tool tool) {
            return call(message(answer(demand(tool), new UserMessage(question))));
        }

        @Override
        public Call streamedCall(String question, Tool tool) {
            OpenAiChatOptions options = demand(tool);
            return model(options).stream(new Prompt(new UserMessage(question), options))
                    .filter(response ->
                            response.getResult() != null && message(response).hasToolCalls())
                    .map(response -> call(message(response)))
                    .last()
                    .blockOptional()
                    .orElseThrow();
        }

        private static Call call(AssistantMessage message) {
            AssistantMessage.ToolCall call = message.getToolCalls().getFirst();
            return new Call(call.id(), call.name(), call.arguments());
        }

        @Override
        public String chatOrCall(String question, Tool tool) {
            AssistantMessage message =
                    message(answer(ask(ServedModels.TOOL_MODEL, tool).build(), new UserMessage(question)));
            return Objects.requireNonNullElse(message.getText(), "") + message.getToolCalls();
        }

        @Override
        public String afterCall(String question, Call call, String result) {
            AssistantMessage made = AssistantMessage.builder()
                    .content("")
                    .toolCalls(List.of(
                            new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments())))
                    .build();
            ToolResponseMessage answered = ToolResponseMessage.builder()
                    .responses(List.of(new ToolResponseMessage.ToolResponse(call.id(), call.name(), result)))
                    .build();
            return text(answer(ask(ServedModels.TOOL_MODEL).build(), new UserMessage(question), made, answered));
        }

        @Override
        public String document(String question, String schema) {
            OpenAiChatOptions.Builder options = ask(ServedModels.MODEL);
            options.responseFormat(OpenAiChatModel.ResponseFormat.builder()
                    .type(OpenAiChatModel.ResponseFormat.Type.JSON_SCHEMA)
                    .jsonSchema(schema)
                    .build());
            return text(answer(options.build(), new UserMessage(question)));
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            return embedding.embed(texts);
        }

        @Override
        public void close() {
            // nothing of it has to be closed
        }
    }
}
