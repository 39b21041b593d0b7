package dev.weir.control.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.embedding.EncoderReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEncoderTest {
    private static final Offset<Float> CLOSE = within(1e-6f);

    /** Of nothing known, the beginning, the end, and three words. */
    private static final float[] VECTORS = {0, 0, 1, 0, 0, 1, 3, 4, 6, 8, -3, 4};

    @TempDir
    private Path directory;

    private EncoderFolder folder;

    @BeforeEach
    void make() throws IOException {
        folder = new EncoderFolder(directory, List.of("ferry", "boat", "bike"));
    }

    /** Looks words up and does nothing else with them. */
    private static Network table(float... vectors) {
        Network network = new Network().takes("input_ids", "attention_mask");
        String table = network.weights(vectors, vectors.length / 2, 2);
        return network.named("last_hidden_state", "Gather", List.of(table, "input_ids"))
                .gives("last_hidden_state", "one", "tokens", "2");
    }

    private float[] encoded(String text) throws IOException {
        try (OnnxEncoder encoder = folder.open()) {
            return encoder.encode(text);
        }
    }

    private static void assertDirection(float[] vector, double x, double y) {
        double length = Math.hypot(x, y);
        assertThat(vector).hasSize(2);
        assertThat(vector[0]).isCloseTo((float) (x / length), CLOSE);
        assertThat(vector[1]).isCloseTo((float) (y / length), CLOSE);
    }

    @Test
    void aTextIsTheMeanOfItsTokensWhereNothingElseIsSaid() throws Exception {
        folder.network("model.onnx", table(VECTORS));
        assertDirection(encoded("Ferry bike"), 1 + 3 - 3, 1 + 4 + 4);
        assertDirection(encoded("ferry boat"), 1 + 3 + 6, 1 + 4 + 8);
    }

    @Test
    void poolingIsTheDirectorysOwn() throws Exception {
        folder.network("onnx/model.onnx", table(VECTORS))
                .file("modules.json", """
                        [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
                         {"idx": 1, "path": "2_Pooling", "type": "sentence_transformers.models.Pooling"},
                         {"idx": 2, "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]
                        """)
                .file(
                        "2_Pooling/config.json",
                        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        assertDirection(encoded("bike"), 1, 0);
        folder.file("2_Pooling/config.json", "{\"pooling_mode_max_tokens\": true}");
        assertDirection(encoded("bike"), 1, 4);
        folder.file("2_Pooling/config.json", "{\"pooling_mode_lasttoken\": true}");
        assertDirection(encoded("bike"), 0, 1);
        folder.file("2_Pooling/config.json", "{\"pooling_mode_weightedmean_tokens\": true}");
        assertThatThrownBy(folder::open).isInstanceOf(IOException.class).hasMessageContaining("weightedmean");
    }

    @Test
    void aLongTextIsCutWhereTheDirectorySaysAndAPromptStandsInFront() throws Exception {
        folder.network("model.onnx", table(VECTORS)).file("sentence_bert_config.json", "{\"max_seq_length\": 4}");
        assertDirection(encoded("ferry ferry bike bike bike"), 1 + 3 + 3, 1 + 4 + 4);
        folder.file(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"boat: \"}, \"default_prompt_name\": \"query\"}");
        assertDirection(encoded("bike"), 1 + 6, 1 + 8); // and the colon, which is unknown
    }

    @Test
    void aNetworkThatPoolsByItselfIsTakenAtItsWord() throws Exception {
        Network network = new Network().takes("input_ids");
        String tokens = network.step("Gather", List.of(network.weights(VECTORS, 6, 2), "input_ids"));
        String axes = network.wholes(1);
        network.named("sentence_embedding", "ReduceSum", List.of(tokens, axes), Network.whole("keepdims", 0));
        folder.network("model.onnx", network.gives("sentence_embedding", "one", "2"))
                .file("modules.json", "[{\"type\": \"sentence_transformers.models.Dense\", \"path\": \"2_Dense\"}]");
        assertDirection(encoded("bike"), 1 - 3, 1 + 4);
        folder.network("model.onnx", table(VECTORS));
        assertThatThrownBy(folder::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("models.Dense, is not in it");
    }

    @Test
    void aNetworkOfBertsShapeTellsItsTextsApart() throws Exception {
        folder.network("model.onnx", Transformer.of(6, 2, 8, 2));
        try (OnnxEncoder encoder = folder.open()) {
            float[] one = encoder.encode("ferry boat");
            assertThat(one).hasSize(8).isEqualTo(encoder.encode("ferry boat"));
            assertThat(product(one, one)).isCloseTo(1, CLOSE);
            assertThat(product(one, encoder.encode("boat ferry")))
                    .as("order matters to it")
                    .isLessThan(0.99999f);
            assertThat(encoder.waits()).as("no event loop may ask it").isTrue();
        }
    }

    private static float product(float[] one, float[] other) {
        float sum = 0;
        for (int d = 0; d < one.length; d++) {
            sum += one[d] * other[d];
        }
        return sum;
    }

    @Test
    void theFingerprintIsThatOfAllThatVectorsDependOn() throws Exception {
        folder.network("model.onnx", table(VECTORS));
        String first = fingerprint();
        assertThat(fingerprint()).isEqualTo(first);
        folder.file("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}");
        String other = fingerprint();
        folder.network("model.onnx", table(2, 0, 1, 0, 0, 1, 3, 4, 6, 8, -3, 4));
        assertThat(List.of(first, other, fingerprint())).doesNotHaveDuplicates();
    }

    private String fingerprint() throws IOException {
        return EncoderDirectory.read(directory).fingerprint();
    }

    @Test
    void whatCannotBeUsedIsRefusedWithTheReason() throws Exception {
        assertThatThrownBy(folder::open).hasMessageContaining("it has no model.onnx");
        folder.file("model.onnx", "no network");
        assertThatThrownBy(folder::open).isInstanceOf(IOException.class).hasMessageContaining("cannot be used");
        Network asking = new Network().takes("pixel_values");
        folder.network(
                "model.onnx",
                asking.named("y", "Cast", List.of("pixel_values"), Network.whole("to", 1))
                        .gives("y", "one", "tokens"));
        assertThatThrownBy(folder::open).isInstanceOf(IOException.class).hasMessageContaining("pixel_values");
    }

    @Test
    void theControlPlaneFindsItAsAServiceWhoseLibrariesItDoesNotKnow() throws Exception {
        folder.network("model.onnx", table(VECTORS));
        EncoderReader reader =
                ServiceLoader.load(EncoderReader.class).findFirst().orElseThrow();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertDirection(reader.read(directory).encode("ferry"), 1 + 3, 1 + 4);
        } finally {
            Thread.currentThread().setContextClassLoader(loader);
        }
    }
}
