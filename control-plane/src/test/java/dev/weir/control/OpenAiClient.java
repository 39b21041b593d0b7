package dev.weir.control;

import java.util.List;
import java.util.function.Consumer;

/** What an application does with OpenAI's API, through whatever library it uses. */
interface OpenAiClient extends AutoCloseable {

    /** A function that a model may call, with the JSON Schema of its arguments. */
    record Tool(String name, String description, String schema) {}

    /** A call that the model makes, arguments as JSON. */
    record Call(String id, String name, String arguments) {}

    /** An answer, and the tokens that it cost. */
    record Answer(String text, long promptTokens, long completionTokens) {}

    Answer chat(String question);

    /** The same, streamed, with the usage that comes last; the pieces go where they are wanted. */
    Answer stream(String question, Consumer<String> piece);

    /** The call that the model has to make of this tool. */
    Call call(String question, Tool tool);

    /** The same, streamed. */
    Call streamedCall(String question, Tool tool);

    /** What the model says, or calls, when it may do either. */
    String chatOrCall(String question, Tool tool);

    /** What the model says once its call was answered. */
    String afterCall(String question, Call call, String result);

    /** A document that is valid under this schema. */
    String document(String question, String schema);

    List<float[]> embed(List<String> texts);

    @Override
    void close();
}
