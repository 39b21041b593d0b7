package dev.weir.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.cache.VectorIndex.Near;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorIndexTest {
    private static final int DIMENSIONS = 7;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 100, 1023, 1024, 1025, 2500})
    void theNearestAreThoseThatComparingEachFinds(int count) {
        SplittableRandom random = new SplittableRandom(count);
        int[] places = new int[count];
        VectorIndex<Integer> index = new VectorIndex<>(DIMENSIONS, (i, at) -> places[i] = at);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            vectors.add(vector(random));
            index.add(vectors.get(i), i);
        }
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (count > 1 && i % 3 == 0) {
                index.remove(places[i]);
            } else {
                left.add(i);
            }
        }
        assertThat(index.size()).isEqualTo(left.size());
        for (int question = 0; question < 20; question++) {
            float[] vector = vector(random);
            List<Integer> expected = left.stream()
                    .sorted(Comparator.comparingDouble((Integer i) -> -dot(vectors.get(i), vector)))
                    .limit(4)
                    .toList();
            assertThat(index.nearest(vector, 4).stream().map(Near::entry)).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void anIndexOfFewTakesLittleAlsoAfterManyWereInIt() {
        VectorIndex<Integer> index = new VectorIndex<>(64, (_, _) -> {});
        index.add(new float[64], 0);
        long one = index.byteCount();
        assertThat(one).isEqualTo(VectorIndex.byteCountOfOne(64)).isLessThan(1024);
        for (int i = 1; i < 3000; i++) {
            index.add(new float[64], i);
        }
        assertThat(index.byteCount()).isBetween(3000L * 64 * Float.BYTES, 3072L * 64 * Float.BYTES + one);
        for (int i = 2999; i > 0; i--) {
            index.remove(i);
        }
        assertThat(index.byteCount()).isLessThan(2 * one);
    }

    private static float[] vector(SplittableRandom random) {
        float[] vector = new float[DIMENSIONS];
        for (int d = 0; d < DIMENSIONS; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static double dot(float[] one, float[] other) {
        float sum = 0;
        for (int d = 0; d < one.length; d++) {
            sum += other[d] * one[d];
        }
        return sum;
    }
}
