package dev.weir.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SafetensorsWriterTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void writesHeaderThenTensorsWithoutGaps() throws IOException {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                List.of(
                        new SafetensorsWriter.Tensor("a", List.of(2, 2), new float[] {1, -2, 0.5f, 0}),
                        new SafetensorsWriter.Tensor("b", List.of(1), new float[] {3})));

        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = Math.toIntExact(in.getLong());
        assertThat(headerBytes % 8).isZero();
        JsonNode header = JsonMapper.shared().readTree(new String(in.array(), 8, headerBytes, StandardCharsets.UTF_8));
        assertThat(header.at("/a/dtype").asString()).isEqualTo("BF16");
        assertThat(header.at("/a/shape")).hasToString("[2,2]");
        assertThat(header.at("/a/data_offsets")).hasToString("[0,8]");
        assertThat(header.at("/b/data_offsets")).hasToString("[8,10]");
        in.position(8 + headerBytes);
        short[] values = new short[5];
        in.asShortBuffer().get(values);
        assertThat(values).containsExactly(0x3F80, 0xC000, 0x3F00, 0x0000, 0x4040);
        assertThat(in.limit()).isEqualTo(8 + headerBytes + 10);
    }

    @Test
    void roundsToTheNearestValueTiesToEven() {
        assertThat(SafetensorsWriter.toBf16(Float.intBitsToFloat(0x3F80_7FFF))).isEqualTo((short) 0x3F80);
        assertThat(SafetensorsWriter.toBf16(Float.intBitsToFloat(0x3F80_8000))).isEqualTo((short) 0x3F80);
        assertThat(SafetensorsWriter.toBf16(Float.intBitsToFloat(0x3F81_8000))).isEqualTo((short) 0x3F82);
        assertThat(SafetensorsWriter.toBf16(Float.intBitsToFloat(0x3F80_8001))).isEqualTo((short) 0x3F81);
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SafetensorsWriter.toBf16(Float.NaN))
                .withMessageContaining("diverged");
    }

    @Test
    void refusesAShapeThatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SafetensorsWriter.Tensor("a", List.of(3), new float[2]))
                .withMessageContaining("[3]");
    }
}
