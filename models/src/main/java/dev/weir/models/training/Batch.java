package dev.weir.models.training;

import dev.weir.models.tokenizer.EncodedChat;
import java.util.List;

/**
 * Conversations of like length side by side, filled up at the right. Causal attention keeps what is said from seeing the filling.
 *
 * @param chats the conversations, one per row
 * @param columns the length of the longest
 * @param ids row by row
 * @param scored positions, counted over all rows, whose next token the assistant has to predict
 * @param targets that next token for each scored position
 */
@SuppressWarnings("ArrayRecordComponent") // goes to native memory as it stands
public record Batch(List<EncodedChat> chats, int columns, long[] ids, long[] scored, long[] targets) {
    public static Batch of(List<EncodedChat> chats) {
        // The last token of a chat predicts nothing, so it need not be read.
        int columns = chats.stream().mapToInt(EncodedChat::length).max().orElseThrow() - 1;
        int targetCount = chats.stream().mapToInt(Batch::targetsOf).sum();
        long[] ids = new long[chats.size() * columns];
        long[] scored = new long[targetCount];
        long[] targets = new long[targetCount];
        int at = 0;
        for (int row = 0; row < chats.size(); row++) {
            EncodedChat chat = chats.get(row);
            System.arraycopy(chat.ids(), 0, ids, row * columns, chat.length() - 1);
            for (int next = 1; next < chat.length(); next++) {
                if (chat.said()[next]) {
                    scored[at] = (long) row * columns + next - 1;
                    targets[at++] = chat.ids()[next];
                }
            }
        }
        return new Batch(List.copyOf(chats), columns, ids, scored, targets);
    }

    public int rows() {
        return chats.size();
    }

    /** How many tokens of a chat are predicted. */
    static int targetsOf(EncodedChat chat) {
        int count = 0;
        for (int i = 1; i < chat.length(); i++) {
            if (chat.said()[i]) {
                count++;
            }
        }
        return count;
    }
}
