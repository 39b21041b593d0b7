package dev.weir.models.synth;

import dev.weir.models.synth.SynthShape.Family;
import java.util.List;

/**
 * One tensor of a model that is made.
 *
 * @param name Hugging Face's
 * @param rows 1 of a vector
 * @param bound values lie between -bound and bound; 0: all are 1
 * @param pairedHeadSize where GGUF has another order of rows, of heads of so many; else 0
 */
public record SynthTensor(
        String name, String ggufName, boolean isVector, int rows, int columns, float bound, int pairedHeadSize) {
    private static final float BIAS_BOUND = 0.1f;

    /** Scaled so that a product with a vector of size 1 has size 1: numbers neither vanish nor explode, however deep the model. */
    static SynthTensor matrix(String name, String ggufName, int rows, int columns) {
        float bound = (float) Math.sqrt(3.0 / columns);
        return new SynthTensor(name + ".weight", ggufName + ".weight", false, rows, columns, bound, 0);
    }

    static SynthTensor norm(String name, String ggufName, int size) {
        return new SynthTensor(name + ".weight", ggufName + ".weight", true, 1, size, 0, 0);
    }

    static SynthTensor bias(String name, String ggufName, int size) {
        return new SynthTensor(name + ".bias", ggufName + ".bias", true, 1, size, BIAS_BOUND, 0);
    }

    /** GGUF's Llamas turn neighbouring rows together, where Hugging Face's turn row i of a head and row i of its other half. */
    SynthTensor pairedIn(Family family, int headSize) {
        return family == Family.LLAMA
                ? new SynthTensor(name, ggufName, isVector, rows, columns, bound, headSize)
                : this;
    }

    /** Which of Hugging Face's rows stands in a row of GGUF's. */
    int rowInGguf(int ggufRow) {
        if (pairedHeadSize == 0) {
            return ggufRow;
        }
        int inHead = ggufRow % pairedHeadSize;
        return ggufRow - inHead + inHead / 2 + inHead % 2 * (pairedHeadSize / 2);
    }

    List<Integer> shape() {
        return isVector ? List.of(columns) : List.of(rows, columns);
    }

    long values() {
        return (long) rows * columns;
    }
}
