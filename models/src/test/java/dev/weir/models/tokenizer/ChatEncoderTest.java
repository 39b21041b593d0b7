package dev.weir.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.models.domain.Conversation;
import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.Mixture;
import dev.weir.models.domain.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatEncoderTest {
    private static final Mixture EVERYTHING = Mixture.byDifficulty(
            Map.of(Difficulty.SIMPLE, 1, Difficulty.MODERATE, 1, Difficulty.COMPLEX, 1, Difficulty.JUDGE, 1));
    private static final BpeVocabulary VOCABULARY = learnt();

    @TempDir
    private Path directory = Path.of("");

    private ChatEncoder encoder;

    @SuppressWarnings("NullAway.Init") // set before each test
    ChatEncoderTest() {}

    @BeforeEach
    void load() throws IOException {
        new TokenizerFiles(VOCABULARY).write(directory, 512);
        encoder = new ChatEncoder(directory);
    }

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void anyTextComesBackAsItWas() {
        for (String text : new String[] {
            "Gate 14, 06:15 Talvik.", "  two  spaces\n\nand lines", "naïve café ☕ 日本語", "{\"gate\":\"4\"}"
        }) {
            assertThat(encoder.text(encoder.ids(text))).isEqualTo(text);
        }
    }

    @Test
    void specialTokensAndDigitsAreTokensOfTheirOwn() {
        for (String token : BpeVocabulary.SPECIAL_TOKENS) {
            assertThat(encoder.ids(token)).containsExactly(VOCABULARY.idOfSpecial(token));
        }
        assertThat(encoder.ids("1234567890")).hasSize(10);
        assertThat(encoder.ids(" 42")).hasSize(2);
    }

    @Test
    void learningIsReproducible() {
        assertThat(learnt()).isEqualTo(VOCABULARY);
        assertThat(VOCABULARY.size()).isEqualTo(600);
    }

    @Test
    void piecesEncodeAsTheWholeChatDoes() {
        ConversationGenerator generator = new ConversationGenerator(Split.TEST, 3);
        for (int i = 0; i < 200; i++) {
            Conversation conversation = generator.mixed(EVERYTHING);
            String whole = ChatEncoder.render(conversation.messages());
            assertThat(encoder.encode(conversation).ids())
                    .isEqualTo(encoder.ids(whole.substring(0, whole.length() - 1)));
        }
    }

    @Test
    void onlyAnswersAreSaid() {
        Conversation conversation = new ConversationGenerator(Split.TEST, 3).mixed(EVERYTHING);
        EncodedChat chat = encoder.encode(conversation);
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < chat.length(); i++) {
            if (chat.said()[i]) {
                said.append(encoder.text(new long[] {chat.ids()[i]}));
            }
        }
        StringBuilder answers = new StringBuilder();
        conversation.turns().forEach(turn -> answers.append(turn.answer()).append(BpeVocabulary.MESSAGE_END));
        assertThat(said).hasToString(answers.toString());
    }

    private static BpeVocabulary learnt() {
        BpeTrainer trainer = new BpeTrainer();
        ConversationGenerator generator = new ConversationGenerator(Split.TRAIN, 1);
        for (int i = 0; i < 500; i++) {
            generator.mixed(EVERYTHING).messages().forEach(message -> trainer.add(message.content()));
        }
        return trainer.train(600);
    }
}
