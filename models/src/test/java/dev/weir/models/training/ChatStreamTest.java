package dev.weir.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.Mixture;
import dev.weir.models.tokenizer.BpeTrainer;
import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.ChatEncoder;
import dev.weir.models.tokenizer.EncodedChat;
import dev.weir.models.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatStreamTest {
    private static final BpeVocabulary BYTES = new BpeTrainer().train(300);
    private static final int BATCH_TOKENS = 4_000;

    @TempDir
    private Path directory = Path.of("");

    private ChatEncoder encoder;

    @SuppressWarnings("NullAway.Init") // set before each test
    ChatStreamTest() {}

    @BeforeEach
    void loadTokenizer() throws IOException {
        new TokenizerFiles(BYTES).write(directory, 512);
        encoder = new ChatEncoder(directory);
    }

    @AfterEach
    void close() {
        encoder.close();
    }

    /** Chunks once repeated each other, which a model notices before its author does: it learnt them by heart. */
    @Test
    void neverSaysTheSameTwice() {
        ChatStream stream = stream(new ChatStream.Position(0, 0));
        Set<String> seen = new HashSet<>();
        int chats = 0;
        while (stream.position().chunk() < 4) {
            for (EncodedChat chat : stream.next().chats()) {
                seen.add(encoder.text(chat.ids()));
                chats++;
            }
        }
        assertThat(seen).hasSize(chats);
    }

    @Test
    void canBeEnteredAnywhere() {
        ChatStream stream = stream(new ChatStream.Position(0, 0));
        for (int i = 0; i < 150; i++) {
            stream.next();
        }
        ChatStream entered = stream(stream.position());
        assertThat(entered.next().ids()).isEqualTo(stream.next().ids());
    }

    @Test
    void noBatchIsLargerThanAllowed() {
        ChatStream stream = stream(new ChatStream.Position(0, 0));
        for (int i = 0; i < 150; i++) {
            assertThat(stream.next().ids().length).isLessThanOrEqualTo(BATCH_TOKENS);
        }
    }

    private ChatStream stream(ChatStream.Position from) {
        Mixture mixture =
                Mixture.byDifficulty(Map.of(Difficulty.MODERATE, 1, Difficulty.COMPLEX, 1, Difficulty.JUDGE, 1));
        return new ChatStream(encoder, new Curriculum(mixture, 1, mixture), 13, BATCH_TOKENS, from);
    }
}
