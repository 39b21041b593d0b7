package dev.weir.models.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Turns conversations into token ids and marks those the assistant has to say. */
public final class ChatEncoder implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    /** Reads the tokenizer of a model directory. */
    public ChatEncoder(Path directory) throws IOException {
        tokenizer = HuggingFaceTokenizer.builder()
                .optTokenizerPath(directory.resolve("tokenizer.json"))
                .optAddSpecialTokens(false)
                .optTruncation(false)
                .optPadding(false)
                .build();
    }

    /** The chat template of {@link TokenizerFiles#CHAT_TEMPLATE}, without the prompt for an answer. */
    public static String render(List<Message> messages) {
        StringBuilder text = new StringBuilder();
        for (Message message : messages) {
            text.append(head(message)).append(body(message)).append('\n');
        }
        return text.toString();
    }

    public EncodedChat encode(Conversation conversation) {
        EncodedChat.Builder chat = new EncodedChat.Builder();
        String between = "";
        // Pieces are encoded apart, which equals encoding the whole: no merge crosses the line break before an answer
        // or a special token.
        for (Message message : conversation.messages()) {
            if (message.role().equals(Message.ASSISTANT)) {
                chat.given(ids(between + head(message)));
                chat.said(ids(body(message)));
                between = "\n";
            } else {
                between += head(message) + body(message) + "\n";
            }
        }
        return chat.build(conversation.turns().getFirst().type());
    }

    public long[] ids(String text) {
        return tokenizer.encode(text).getIds();
    }

    /** The text of the ids, special tokens included. */
    public String text(long[] ids) {
        return tokenizer.decode(ids, false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static String head(Message message) {
        return BpeVocabulary.MESSAGE_START + message.role() + "\n";
    }

    private static String body(Message message) {
        return message.content() + BpeVocabulary.MESSAGE_END;
    }
}
