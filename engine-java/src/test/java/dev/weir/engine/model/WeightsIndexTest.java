package dev.weir.engine.model;

import static dev.weir.engine.model.ModelFixtures.EMBEDDINGS;
import static dev.weir.engine.model.ModelFixtures.NORM;
import static dev.weir.engine.model.ModelFixtures.tensor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class WeightsIndexTest {

    private static final String FILE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    Path directory;

    private final Map<String, Object> tensors = ModelFixtures.tensors();

    @Test
    void findsEveryTensorWhereItLies() throws IOException {
        write(tensors);
        WeightsIndex weights = WeightsIndex.read(directory);
        assertThat(weights.files()).containsExactly(directory.resolve(FILE));
        assertThat(weights.tensors())
                .extracting(TensorInfo::name)
                .containsExactly(EMBEDDINGS, ModelFixtures.LM_HEAD, NORM);
        TensorInfo norm = weights.tensor(NORM).orElseThrow();
        assertThat(norm.dtype()).isEqualTo(DType.F16);
        assertThat(norm.shape()).containsExactly(4L);
        assertThat(norm.sizeBytes()).isEqualTo(8);
        assertThat(norm.offsetBytes() + norm.sizeBytes()).isEqualTo(Files.size(directory.resolve(FILE)));
    }

    @Test
    void takesAnyOneFileAndAnyOrderAndPadding() {
        Map<String, Object> reordered = new LinkedHashMap<>();
        List.copyOf(tensors.keySet()).reversed().forEach(name -> reordered.put(name, tensors.get(name)));
        String header = JsonMapper.shared().writeValueAsString(reordered) + "     ";
        ModelFixtures.bytes(directory, "weights.safetensors", ModelFixtures.safetensors(header.getBytes(UTF_8), 200));
        assertThat(WeightsIndex.read(directory).tensors()).hasSize(3);
    }

    @Test
    void refusesLiesAboutPlaceAndSize() {
        assertRefused(NORM, tensor("F16", List.of(4), 192, 208), "claims bytes 192 to 208 of 200");
        assertRefused(NORM, tensor("F16", List.of(4), 200, 192), "claims bytes");
        assertRefused(NORM, tensor("F16", List.of(4), 190, 198), "inside the tensor before it");
        assertRefused(NORM, tensor("F16", List.of(3), 194, 200), "after a hole");
        assertRefused(NORM, tensor("F16", List.of(3), 192, 198), "2 bytes after its last tensor");
        assertRefused(NORM, tensor("F16", List.of(5), 192, 200), "needs 10 bytes but has 8");
        assertRefused(NORM, tensor("F16", List.of(-4), 192, 200), "integers from 0");
        assertRefused(NORM, tensor("F16", List.of(1L << 62, 4), 192, 200), "impossible shape");
        assertRefused(NORM, tensor("F16", List.of(1L << 32, 1L << 32), 192, 200), "impossible shape");
        assertRefused(NORM, tensor("F16", List.of(2, 1, 1, 1, 2), 192, 200), "at most 4 integers");
        assertRefused(NORM, tensor("F16", List.of(), 192, 200), "1 to 4 dimensions");
        assertRefused(NORM, tensor("F16", List.of(4.0), 192, 200), "integers from 0");
        assertRefused(NORM, tensor("F16", "4", 192, 200), "shape must be a list");
    }

    @Test
    void namesTypesThatAreNotServed() {
        assertRefused(NORM, tensor("F8_E4M3", List.of(8), 192, 200), "F8_E4M3", "F32, F16 or BF16");
        assertRefused(NORM, tensor("I64", List.of(1), 192, 200), "dtype I64, which is not served");
        assertRefused(NORM, tensor(7, List.of(4), 192, 200), "dtype must be a string");
        assertRefused(NORM, Map.of("dtype", "F16", "shape", List.of(4)), "lacks one of dtype, shape, data_offsets");
        assertRefused(NORM, 5, "must be described by an object");
    }

    private void assertRefused(String name, Object description, String... fragments) {
        Map<String, Object> broken = new LinkedHashMap<>(tensors);
        broken.put(name, description);
        write(broken);
        refused(fragments);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 100, 300, -1})
    void noticesTruncation(int length) throws IOException {
        write(tensors);
        byte[] whole = Files.readAllBytes(directory.resolve(FILE));
        ModelFixtures.bytes(directory, FILE, Arrays.copyOf(whole, length < 0 ? whole.length - 1 : length));
        refused(FILE);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 0, 1})
    void refusesHeaderLengthsThatCannotBe(long length) {
        byte[] bytes = ModelFixtures.safetensors(tensors);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        ModelFixtures.bytes(directory, FILE, bytes);
        refused("header", "length of " + Long.toUnsignedString(length));
    }

    @Test
    void refusesHeadersThatAreNoPlainObject() {
        for (String header : List.of(
                "[]",
                "{}{}",
                "{\"a\":",
                "null",
                "{\"a\":" + "[".repeat(10_000) + "}",
                "{\"x\":{\"dtype\":\"F16\",\"shape\":[100],\"data_offsets\":[0,200]},\"x\":{\"dtype\":\"F16\",\"shape\":[100],\"data_offsets\":[0,200]}}",
                "{\"x\":{\"dtype\":\"F16\",\"dtype\":\"F16\",\"shape\":[100],\"data_offsets\":[0,200]}}")) {
            ModelFixtures.bytes(directory, FILE, ModelFixtures.safetensors(header.getBytes(UTF_8), 200));
            refused(FILE);
        }
        byte[] latin1 = "{\"\u00e9\":{}}".getBytes(StandardCharsets.ISO_8859_1);
        ModelFixtures.bytes(directory, FILE, ModelFixtures.safetensors(latin1, 0));
        refused(FILE);
    }

    @Test
    void readsShardsThroughTheirIndex() {
        writeShards();
        index(Map.of(EMBEDDINGS, "a.safetensors", NORM, "b.safetensors"));
        WeightsIndex weights = WeightsIndex.read(directory);
        assertThat(weights.files()).hasSize(2);
        assertThat(weights.tensor(NORM).orElseThrow().fileIndex()).isEqualTo(1);
    }

    @Test
    void refusesAnIndexThatLies() {
        writeShards();
        index(Map.of(EMBEDDINGS, "b.safetensors", NORM, "b.safetensors"));
        refused(INDEX, EMBEDDINGS, "lacks it");
        index(Map.of(EMBEDDINGS, "a.safetensors", "model.ghost", "b.safetensors"));
        refused(INDEX, "model.ghost");
        index(Map.of(EMBEDDINGS, "a.safetensors", NORM, "c.safetensors"));
        refused("c.safetensors", "is missing");
        index(Map.of());
        refused(INDEX, "0 files");
        index(Map.of(EMBEDDINGS, 3));
        refused(INDEX, "must be a string");
        ModelFixtures.text(directory, INDEX, "{}");
        refused(INDEX, "weight_map is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a.safetensors",
                "/etc/a.safetensors",
                "b/../a.safetensors",
                "..",
                "",
                ".safetensors",
                "a\\b.safetensors",
                "a\u0000.safetensors"
            })
    void neverLeavesTheDirectory(String name) {
        writeShards();
        index(Map.of(EMBEDDINGS, name));
        refused(INDEX, "no plain *.safetensors name");
    }

    @Test
    void refusesATensorInTwoShards() {
        writeShards();
        ModelFixtures.bytes(directory, "b.safetensors", shard(EMBEDDINGS));
        index(Map.of(EMBEDDINGS, "a.safetensors", NORM, "b.safetensors"));
        refused(EMBEDDINGS, "is also in a.safetensors");
    }

    @Test
    void wantsAnIndexForSeveralFiles() {
        writeShards();
        refused("several", INDEX);
    }

    @Test
    void pointsFromOtherFormatsToSafetensors() {
        ModelFixtures.text(directory, "pytorch_model.bin", "");
        refused("must be converted to safetensors");
    }

    private void writeShards() {
        ModelFixtures.bytes(directory, "a.safetensors", shard(EMBEDDINGS));
        ModelFixtures.bytes(directory, "b.safetensors", shard(NORM));
    }

    private static byte[] shard(String name) {
        return ModelFixtures.safetensors(Map.of(name, tensor("F16", List.of(100), 0, 200)));
    }

    private void index(Map<String, Object> weightMap) {
        ModelFixtures.json(directory, INDEX, Map.of("metadata", Map.of(), "weight_map", weightMap));
    }

    private void write(Map<String, Object> described) {
        ModelFixtures.bytes(directory, FILE, ModelFixtures.safetensors(described));
    }

    private void refused(String... fragments) {
        assertThatThrownBy(() -> WeightsIndex.read(directory))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(fragments)
                .hasMessageNotContaining("\n");
    }
}
