package dev.weir.models.synth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.models.format.GgufHeader;
import dev.weir.models.format.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SynthModelTest {
    @TempDir
    Path directory;

    /** The tensor's numbers from a Hugging Face directory in F32. */
    private float[] inHuggingFace(SynthModel model, String name) throws IOException {
        Path target = directory.resolve("hf");
        model.writeHuggingFace(target, _ -> {});
        ByteBuffer file = littleEndian(target.resolve("model.safetensors"));
        byte[] json = new byte[(int) file.getLong()];
        file.get(json);
        JsonNode header = JsonMapper.shared().readTree(json);
        int from = header.path(name).path("data_offsets").get(0).asInt();
        int to = header.path(name).path("data_offsets").get(1).asInt();
        float[] values = new float[(to - from) / Float.BYTES];
        file.position(8 + json.length + from).asFloatBuffer().get(values);
        return values;
    }

    /** The same from a GGUF file in F32, whose tensors lie at its end. */
    private float[] inGguf(SynthModel model, String name) throws IOException {
        Path target = directory.resolve("model.gguf");
        model.writeGguf(target, _ -> {});
        ByteBuffer file = littleEndian(target);
        long at = file.limit();
        for (SynthTensor tensor : model.shape().tensors().reversed()) {
            long sizeBytes = tensor.values() * Float.BYTES;
            at -= sizeBytes + GgufHeader.padding(sizeBytes);
            if (tensor.name().equals(name)) {
                float[] values = new float[(int) tensor.values()];
                file.position((int) at).asFloatBuffer().get(values);
                return values;
            }
        }
        throw new AssertionError("no tensor " + name);
    }

    private static ByteBuffer littleEndian(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void bothFormatsHoldTheSameNumbersWithTheRowsOfQueriesInTheirOwnOrder() throws IOException {
        SynthModel model = new SynthModel(SynthShape.LLAMA_TINY, StoredType.F32, 3);
        String values = "model.layers.1.self_attn.v_proj.weight";
        String queries = "model.layers.1.self_attn.q_proj.weight";

        assertThat(inGguf(model, values)).containsExactly(inHuggingFace(model, values));
        float[] gguf = inGguf(model, queries);
        float[] huggingFace = inHuggingFace(model, queries);
        int columns = SynthShape.LLAMA_TINY.hidden();
        int half = SynthShape.LLAMA_TINY.headSize() / 2;
        assertThat(row(gguf, 0, columns)).containsExactly(row(huggingFace, 0, columns));
        assertThat(row(gguf, 1, columns)).containsExactly(row(huggingFace, half, columns));
        assertThat(row(gguf, 2, columns)).containsExactly(row(huggingFace, 1, columns));
        assertThat(row(gguf, 2 * half + 3, columns)).containsExactly(row(huggingFace, 3 * half + 1, columns));
    }

    private static float[] row(float[] matrix, int row, int columns) {
        return Arrays.copyOfRange(matrix, row * columns, (row + 1) * columns);
    }

    @Test
    void qwenKeepsItsRowsInOrderAndHasBiases() throws IOException {
        SynthModel model = new SynthModel(SynthShape.QWEN_TINY, StoredType.F32, 3);
        String queries = "model.layers.0.self_attn.q_proj.weight";
        String biases = "model.layers.0.self_attn.k_proj.bias";

        assertThat(inGguf(model, queries)).containsExactly(inHuggingFace(model, queries));
        assertThat(inGguf(model, biases)).hasSize(32).doesNotContain(0f).containsExactly(inHuggingFace(model, biases));
    }

    @Test
    void theSeedDecides() throws IOException {
        byte[] first = written(new SynthModel(SynthShape.LLAMA_TINY, StoredType.Q4_0, 1));

        assertThat(written(new SynthModel(SynthShape.LLAMA_TINY, StoredType.Q4_0, 1)))
                .isEqualTo(first);
        assertThat(written(new SynthModel(SynthShape.LLAMA_TINY, StoredType.Q4_0, 2)))
                .isNotEqualTo(first);
    }

    private byte[] written(SynthModel model) throws IOException {
        Path target = directory.resolve("again.gguf");
        Files.deleteIfExists(target);
        model.writeGguf(target, _ -> {});
        return Files.readAllBytes(target);
    }

    @Test
    void aProductWithAVectorOfSizeOneHasSizeOne() {
        SynthTensor matrix = SynthTensor.matrix("m", "m", 2_000, 256);
        RandomRows rows = new RandomRows(5);
        float[] values = new float[256];
        double squares = 0;
        for (int row = 0; row < matrix.rows(); row++) {
            rows.fill(matrix, row, values);
            double product = 0;
            for (int i = 0; i < values.length; i++) {
                product += values[i] * (i % 2 == 0 ? 1 : -1);
            }
            squares += product * product;
        }
        assertThat(squares / matrix.rows()).isBetween(0.9, 1.1);
    }

    @ParameterizedTest
    @EnumSource
    void shapesHaveTheParametersOfTheModelsThatTheyAreNamedAfter(SynthShape shape) {
        long millions = shape.parameters() / 1_000_000;
        assertThat(millions)
                .isEqualTo(
                        switch (shape) {
                            case LLAMA_TINY, QWEN_TINY -> 0;
                            case LLAMA_15M -> 15;
                            case LLAMA_1B -> 1_100;
                            case LLAMA_8B -> 8_030;
                            case QWEN_05B -> 494;
                            case QWEN_15B -> 1_543;
                            case QWEN_7B -> 7_615;
                        });
    }
}
