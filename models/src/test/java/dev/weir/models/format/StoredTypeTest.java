package dev.weir.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredTypeTest {
    private static final int COUNT = 96;

    private static ByteBuffer encoded(StoredType type, float[] values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        type.encode(values, values.length, out);
        return out.flip();
    }

    @ParameterizedTest
    @EnumSource
    void takesTheBytesThatItSays(StoredType type) {
        assertThat(encoded(type, new float[COUNT]).remaining()).isEqualTo((int) type.bytesOf(COUNT));
    }

    @Test
    void bytesComeBackWithinHalfAStep() {
        float[] values = random();
        ByteBuffer in = encoded(StoredType.Q8_0, values);
        for (int from = 0; from < COUNT; from += 32) {
            float scale = Float.float16ToFloat(in.getShort());
            for (int i = from; i < from + 32; i++) {
                assertThat(scale * in.get()).isCloseTo(values[i], within(0.5f * scale + 1e-3f));
            }
        }
    }

    /** The largest is met exactly; what lies at the other end may be a whole step away, since there is no +8. */
    @Test
    void nibblesComeBackWithinAStepAndTheSecondHalfIsInTheHighOnes() {
        float[] values = random();
        ByteBuffer in = encoded(StoredType.Q4_0, values);
        for (int from = 0; from < COUNT; from += 32) {
            float scale = Float.float16ToFloat(in.getShort());
            for (int i = from; i < from + 16; i++) {
                int pair = Byte.toUnsignedInt(in.get());
                float step = Math.abs(scale);
                assertThat(scale * ((pair & 15) - 8)).isCloseTo(values[i], within(1.01f * step));
                assertThat(scale * ((pair >> 4) - 8)).isCloseTo(values[i + 16], within(1.01f * step));
            }
        }
    }

    @Test
    void theLargestMagnitudeGivesTheScale() {
        float[] values = new float[32];
        values[3] = 8;
        values[20] = -4;
        ByteBuffer nibbles = encoded(StoredType.Q4_0, values);
        assertThat(Float.float16ToFloat(nibbles.getShort())).isEqualTo(-1);
        assertThat(nibbles.get(2 + 3)).isEqualTo((byte) 0x80);
        assertThat(nibbles.get(2 + 4)).isEqualTo((byte) 0xC8);
        ByteBuffer bytes = encoded(StoredType.Q8_0, values);
        assertThat(bytes.get(2 + 3)).isEqualTo((byte) 127);
        assertThat(bytes.get(2 + 20)).isEqualTo((byte) -63); // -63.5, to even would be -64
    }

    @Test
    void refusesRowsThatAreNoWholeBlocks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredType.Q4_0.bytesOf(48))
                .withMessage("rows of 48 numbers cannot be held as q4_0, whose blocks have 32");
    }

    private static float[] random() {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
