package dev.weir.engine.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.WeightsIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: each gives a model whose claims hold, or a ModelFormatException; never another exception, never much time or memory. */
class GgufFuzzTest {

    private static final int CASES = 2_000;
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        9,
        31,
        33,
        255,
        1L << 16,
        1L << 24,
        Integer.MAX_VALUE,
        1L << 31,
        1L << 32,
        1L << 62,
        Long.MAX_VALUE,
        -1,
        Long.MIN_VALUE
    };

    @TempDir
    Path directory;

    @Test
    void headersOfOneModel() throws IOException {
        byte[] original = GgufConversion.converted(TestModels.fixture(TestModels.TINY_LLAMA), DType.F32)
                .bytes();
        int headerBytes = (int) GgufFile.read(Files.write(directory.resolve("whole.gguf"), original))
                .tensors()
                .getFirst()
                .offsetBytes();
        Path file = directory.resolve("model.gguf");
        int accepted = 0;
        int refused = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Files.deleteIfExists(file); // see ModelFixtures.bytes
            Files.write(file, damaged(original, headerBytes, new SplittableRandom(seed)));
            try {
                assertHolds(ModelDirectory.open(file).weights(), Files.size(file));
                accepted++;
            } catch (ModelFormatException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .doesNotContain("\n")
                        .hasSizeLessThan(1_100);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(accepted).as("damage that does no harm").isPositive();
        assertThat(refused).as("damage that is noticed").isGreaterThan(CASES / 4);
    }

    private static void assertHolds(WeightsIndex weights, long fileBytes) {
        List<TensorInfo> tensors = weights.tensors();
        for (TensorInfo tensor : tensors) {
            long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
            assertThat(tensor.sizeBytes())
                    .isEqualTo(elements
                            / tensor.dtype().blockElements()
                            * tensor.dtype().blockBytes());
            assertThat(tensor.offsetBytes() + tensor.sizeBytes()).isLessThanOrEqualTo(fileBytes);
        }
    }

    /** Mostly in the header's numbers, most of which lie in its beginning and its end: the middle is the vocabulary. */
    private static byte[] damaged(byte[] original, int headerBytes, SplittableRandom random) {
        byte[] bytes = original.clone();
        ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(64);
                case 1 -> random.nextInt(1_200);
                case 2 -> headerBytes - 1 - random.nextInt(2_000);
                default -> random.nextInt(headerBytes);
            };
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> numbers.putInt(at, (int) NUMBERS[random.nextInt(NUMBERS.length)]);
                case 3 -> numbers.putLong(at, NUMBERS[random.nextInt(NUMBERS.length)]);
                default ->
                    System.arraycopy(original, random.nextInt(headerBytes - 16), bytes, at, random.nextInt(1, 16));
            }
        }
        return random.nextInt(12) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}
