package dev.weir.control;

import java.util.function.Consumer;

/** A client that knows the newer of OpenAI's two ways to ask for an answer, too. */
interface ResponsesClient extends OpenAiClient {
    Answer respond(String question);

    /** The same, streamed. */
    Answer streamResponse(String question, Consumer<String> piece);
}
