package dev.weir.engine.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {

    private static final int F32 = 0;
    private static final int Q8_0 = 8;
    private static final int Q2_K = 10;

    @TempDir
    Path directory;

    private static GgufWriter small() {
        return new GgufWriter()
                .put("general.architecture", "llama")
                .put("a.number", 7)
                .put("a.ratio", 0.5f)
                .put("a.flag", true)
                .put("some.words", List.of("one", "two"))
                .tensor("first", F32, List.of(2L, 3L), new byte[24])
                .tensor("second", Q8_0, List.of(2L, 32L), new byte[68]);
    }

    private GgufFile read(GgufWriter writer) {
        return GgufFile.read(writer.write(directory.resolve("model.gguf")));
    }

    private void assertRefused(byte[] bytes, String... parts) throws IOException {
        Path file = Files.write(directory.resolve("model.gguf"), bytes);
        assertThatThrownBy(() -> GgufFile.read(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(parts)
                .message()
                .startsWith(file.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void valuesAndTensorsAreFound(int version) {
        GgufFile file = read(small().version(version));
        assertThat(file.metadata().integer("a.number")).contains(7);
        assertThat(file.metadata().number("a.ratio")).contains(0.5);
        assertThat(file.metadata().bool("a.flag")).contains(true);
        assertThat(file.metadata().strings("some.words")).containsExactly("one", "two");
        assertThat(file.metadata().string("absent")).isEmpty();
        assertThat(file.tensors())
                .extracting(TensorInfo::name, TensorInfo::dtype, TensorInfo::shape, TensorInfo::sizeBytes)
                .containsExactly(
                        tuple("first", DType.F32, List.of(2L, 3L), 24L),
                        tuple("second", DType.Q8_0, List.of(2L, 32L), 68L));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64, 4096})
    void tensorsBeginAtMultiplesOfTheAlignment(int alignmentBytes) {
        GgufFile file = read(small().alignmentBytes(alignmentBytes));
        assertThat(file.tensors())
                .allSatisfy(tensor ->
                        assertThat(tensor.offsetBytes() % alignmentBytes).isZero());
    }

    @Test
    void valueOfAnotherTypeIsRefusedByKey() {
        GgufMetadata metadata = read(small()).metadata();
        assertThatThrownBy(() -> metadata.string("a.number")).hasMessageContaining("a.number must be a string");
        assertThatThrownBy(() -> metadata.integer("a.ratio")).hasMessageContaining("a.ratio must be an integer");
        assertThatThrownBy(() -> metadata.strings("a.flag")).hasMessageContaining("a.flag must be a list of strings");
        assertThatThrownBy(() -> metadata.requiredString("absent")).hasMessageContaining("absent is missing");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertRefused("no such thing".getBytes(StandardCharsets.UTF_8), "is no GGUF file");
        assertRefused(new byte[0], "is no GGUF file");
        assertRefused(small().version(1).bytes(), "version 1", "supported: 2, 3");
        assertRefused(small().version(Integer.reverseBytes(3)).bytes(), "big-endian");
    }

    @Test
    void typeThatIsNotServedIsRefusedWithThoseThatAre() throws IOException {
        assertRefused(
                new GgufWriter()
                        .tensor("odd", Q2_K, List.of(256L), new byte[84])
                        .bytes(),
                "odd",
                "Q2_K",
                "Q8_0");
        assertRefused(
                new GgufWriter().tensor("odd", 99, List.of(1L), new byte[4]).bytes(), "odd", "number 99");
    }

    @Test
    void truncationIsNoticedWhereverItIs() throws IOException {
        byte[] whole = small().bytes();
        for (int length = 4; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), "");
        }
    }

    @Test
    void liesAreRefusedByName() throws IOException {
        assertRefused(withInt64(8, Long.MAX_VALUE), "tensors");
        assertRefused(withInt64(16, 1L << 40), "metadata keys");
        assertRefused(withInt64(24, 1L << 62), "the name of metadata key 0");
        assertRefused(
                new GgufWriter()
                        .tensor("huge", F32, List.of(1L << 40, 1L << 40), new byte[4])
                        .bytes(),
                "huge",
                "impossible");
        assertRefused(
                new GgufWriter().tensor("empty", F32, List.of(0L), new byte[0]).bytes(), "empty", "impossible");
        assertRefused(
                new GgufWriter()
                        .tensor("ragged", Q8_0, List.of(33L), new byte[34])
                        .bytes(),
                "ragged",
                "multiple of 32");
        assertRefused(
                new GgufWriter()
                        .tensor("flat", F32, List.of(1L, 1L, 1L, 1L, 1L), new byte[4])
                        .bytes(),
                "flat",
                "dimensions");
        assertRefused(small().tensor("first", F32, List.of(1L), new byte[4]).bytes(), "first twice");
        assertRefused(small().put("general.alignment", 24).bytes(), "general.alignment", "power of two");
    }

    @Test
    void overlapIsRefused() throws IOException {
        byte[] bytes = new GgufWriter()
                .tensor("a", F32, List.of(8L), new byte[32])
                .tensor("b", F32, List.of(8L), new byte[32])
                .bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offsetOfLastTensor(bytes), 0);
        assertRefused(bytes, "tensor", "claims to begin at byte 0", "not at 32");
    }

    /** The descriptions end with an offset, then padding to where 64 bytes of data begin. */
    private static int offsetOfLastTensor(byte[] bytes) {
        int end = bytes.length - 64;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end - 1;
    }

    private static byte[] withInt64(int at, long value) {
        byte[] bytes = small().bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return bytes;
    }
}
