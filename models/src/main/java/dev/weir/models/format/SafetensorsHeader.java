package dev.weir.models.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What stands before the numbers of a safetensors file: the length of a JSON text, and that text, padded with spaces to eight bytes. */
public final class SafetensorsHeader {
    private static final int ALIGNMENT_BYTES = 8;

    private final Map<String, Object> tensors = new LinkedHashMap<>();
    private long offset;

    public SafetensorsHeader() {
        tensors.put("__metadata__", Map.of("format", "pt"));
    }

    /** Tensors lie in the order in which they are named here, without gaps. */
    public SafetensorsHeader tensor(String name, StoredType type, List<Integer> shape, long sizeBytes) {
        String typeName = type.safetensorsName()
                .orElseThrow(() -> new IllegalArgumentException("safetensors files have no type " + type));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("dtype", typeName);
        entry.put("shape", shape);
        entry.put("data_offsets", List.of(offset, offset + sizeBytes));
        tensors.put(name, entry);
        offset += sizeBytes;
        return this;
    }

    public byte[] bytes() {
        byte[] json = JsonMapper.shared().writeValueAsString(tensors).getBytes(UTF_8);
        int paddedBytes = Math.ceilDiv(json.length, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + paddedBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(paddedBytes)
                .put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }
}
