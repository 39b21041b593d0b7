package dev.weir.control.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * The nearest vectors by comparing all of them. Vectors stand in blocks, dimension by dimension, so that a block's products are added up
 * over many vectors at a time with the processor's wide registers and in one order for all: exact, and as fast as memory is read. Only the
 * last block has room for fewer; it doubles as it fills, since most indexes never have more than a few vectors.
 *
 * <p>Thread-safety: its owner's.
 *
 * @param <E> what a vector stands for
 */
final class VectorIndex<E> {
    private static final int BLOCK_VECTORS = 1024;

    /** A block that is this many times too large gives room back: not at once, or one vector that comes and goes would copy it every time. */
    private static final int ROOM_TIMES_MAX = 4;

    /** What an index takes beside its vectors, roughly: itself, its lists, its name and its place in a table. */
    private static final int OVERHEAD_BYTES = 512;

    private final int dimensionCount;
    private final ObjIntConsumer<E> places;
    private final List<float[]> blocks = new ArrayList<>();
    private final List<E> entries = new ArrayList<>();

    /**
     * An index of nothing yet.
     *
     * @param places told where an entry stands, every time that changes: to look for it would take as long as the index is
     */
    VectorIndex(int dimensionCount, ObjIntConsumer<E> places) {
        this.dimensionCount = dimensionCount;
        this.places = places;
    }

    /** An entry, and the product of its vector with the one that was asked for. */
    record Near<E>(E entry, float similarity) {}

    int size() {
        return entries.size();
    }

    /** What an index with one vector takes. */
    static long byteCountOfOne(int dimensionCount) {
        return OVERHEAD_BYTES + (long) dimensionCount * Float.BYTES;
    }

    /** What it takes in memory, without what its vectors stand for. */
    long byteCount() {
        long vectors = blocks.isEmpty() ? 0 : (blocks.size() - 1L) * BLOCK_VECTORS + room(blocks.getLast());
        return OVERHEAD_BYTES + vectors * dimensionCount * Float.BYTES;
    }

    /** At the end. A vector of another encoder has no place here. */
    void add(float[] vector, E entry) {
        if (vector.length != dimensionCount) {
            return;
        }
        int at = entries.size();
        if (at % BLOCK_VECTORS == 0) {
            blocks.add(new float[dimensionCount]);
        } else if (at % BLOCK_VECTORS == room(blocks.getLast())) {
            resizeLast(2 * room(blocks.getLast()));
        }
        entries.add(entry);
        places.accept(entry, at);
        put(at, vector);
    }

    /** Takes out the entry that stands there; the last one takes its place. */
    void remove(int at) {
        int last = entries.size() - 1;
        put(at, get(last));
        entries.set(at, entries.get(last));
        places.accept(entries.get(at), at);
        entries.removeLast();
        if (last % BLOCK_VECTORS == 0) {
            blocks.removeLast();
        } else if (room(blocks.getLast()) >= ROOM_TIMES_MAX * (last % BLOCK_VECTORS)) {
            resizeLast(room(blocks.getLast()) / 2);
        }
    }

    /** Of how many vectors. */
    private int room(float[] block) {
        return block.length / dimensionCount;
    }

    private void resizeLast(int room) {
        float[] block = blocks.getLast();
        int roomBefore = room(block);
        float[] resized = new float[room * dimensionCount];
        for (int d = 0; d < dimensionCount; d++) {
            System.arraycopy(block, d * roomBefore, resized, d * room, Math.min(roomBefore, room));
        }
        blocks.set(blocks.size() - 1, resized);
    }

    /** The so many nearest, the nearest first. */
    List<Near<E>> nearest(float[] vector, int count) {
        List<Near<E>> best = new ArrayList<>(count + 1);
        if (vector.length != dimensionCount) {
            return best;
        }
        float[] products = new float[blocks.isEmpty() ? 0 : room(blocks.getFirst())]; // no other block has more
        for (int b = 0; b < blocks.size(); b++) {
            float[] block = blocks.get(b);
            multiply(block, room(block), vector, products);
            int inBlock = Math.min(BLOCK_VECTORS, entries.size() - b * BLOCK_VECTORS);
            for (int i = 0; i < inBlock; i++) {
                if (best.size() < count || products[i] > best.getLast().similarity()) {
                    insert(best, new Near<>(entries.get(b * BLOCK_VECTORS + i), products[i]), count);
                }
            }
        }
        return best;
    }

    /** Four dimensions at a time, so that a sum is fetched and put back a quarter as often. */
    private static void multiply(float[] block, int room, float[] vector, float[] products) {
        Arrays.fill(products, 0);
        int d = 0;
        for (; d + 4 <= vector.length; d += 4) {
            int from = d * room;
            float f0 = vector[d];
            float f1 = vector[d + 1];
            float f2 = vector[d + 2];
            float f3 = vector[d + 3];
            for (int i = 0; i < room; i++) {
                products[i] += f0 * block[from + i]
                        + f1 * block[from + room + i]
                        + f2 * block[from + 2 * room + i]
                        + f3 * block[from + 3 * room + i];
            }
        }
        for (; d < vector.length; d++) {
            float factor = vector[d];
            int from = d * room;
            for (int i = 0; i < room; i++) {
                products[i] += factor * block[from + i];
            }
        }
    }

    private static <E> void insert(List<Near<E>> best, Near<E> near, int count) {
        int at = best.size();
        while (at > 0 && best.get(at - 1).similarity() < near.similarity()) {
            at--;
        }
        best.add(at, near);
        if (best.size() > count) {
            best.removeLast();
        }
    }

    private void put(int at, float[] vector) {
        float[] block = blocks.get(at / BLOCK_VECTORS);
        int room = room(block);
        for (int d = 0; d < dimensionCount; d++) {
            block[d * room + at % BLOCK_VECTORS] = vector[d];
        }
    }

    private float[] get(int at) {
        float[] block = blocks.get(at / BLOCK_VECTORS);
        int room = room(block);
        float[] vector = new float[dimensionCount];
        for (int d = 0; d < dimensionCount; d++) {
            vector[d] = block[d * room + at % BLOCK_VECTORS];
        }
        return vector;
    }
}
