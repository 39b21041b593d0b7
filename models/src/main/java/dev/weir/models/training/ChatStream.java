package dev.weir.models.training;

import dev.weir.models.domain.ConversationGenerator;
import dev.weir.models.domain.Mixture;
import dev.weir.models.domain.Split;
import dev.weir.models.tokenizer.ChatEncoder;
import dev.weir.models.tokenizer.EncodedChat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Training batches without end. A chunk of conversations is drawn from the seed and the chunk's number, sorted by length, cut into
 * batches and shuffled; so the stream can be entered anywhere and no conversation is drawn twice.
 */
public final class ChatStream {
    private static final int CHUNK_CHATS = 1024;
    /** Not the golden ratio: SplittableRandom steps by that itself, so chunks would repeat each other one draw later. */
    private static final long CHUNK_SEED_STEP = 0xD1342543DE82EF95L;

    /** Where the stream stands: so many batches of this chunk are done. */
    public record Position(long chunk, int batch) {}

    private final ChatEncoder encoder;
    private final Curriculum curriculum;
    private final long seed;
    private final int batchTokens;
    private final Deque<Batch> ready = new ArrayDeque<>();
    private long chunk;
    private int batchesTaken;

    public ChatStream(ChatEncoder encoder, Curriculum curriculum, long seed, int batchTokens, Position from) {
        this.encoder = encoder;
        this.curriculum = curriculum;
        this.seed = seed;
        this.batchTokens = batchTokens;
        chunk = from.chunk();
        fill();
        for (int i = 0; i < from.batch(); i++) {
            next();
        }
    }

    public Batch next() {
        if (ready.isEmpty()) {
            chunk++;
            batchesTaken = 0;
            fill();
        }
        batchesTaken++;
        return ready.removeFirst();
    }

    public Position position() {
        return new Position(chunk, batchesTaken);
    }

    /** Cuts chats, sorted by length, into batches of at most so many tokens, filling included. */
    static List<Batch> batches(List<EncodedChat> chats, int batchTokens) {
        List<EncodedChat> sorted = new ArrayList<>(chats);
        sorted.sort(Comparator.comparingInt(EncodedChat::length));
        List<Batch> batches = new ArrayList<>();
        List<EncodedChat> open = new ArrayList<>();
        for (EncodedChat chat : sorted) {
            if (!open.isEmpty() && (open.size() + 1) * chat.length() > batchTokens) {
                batches.add(Batch.of(open));
                open.clear();
            }
            open.add(chat);
        }
        if (!open.isEmpty()) {
            batches.add(Batch.of(open));
        }
        return batches;
    }

    private void fill() {
        long chunkSeed = seed + chunk * CHUNK_SEED_STEP;
        ConversationGenerator generator = new ConversationGenerator(Split.TRAIN, chunkSeed);
        Mixture mixture = curriculum.at(chunk);
        List<EncodedChat> chats = new ArrayList<>();
        for (int i = 0; i < CHUNK_CHATS; i++) {
            chats.add(encoder.encode(generator.mixed(mixture)));
        }
        List<Batch> batches = batches(chats, batchTokens);
        SplittableRandom random = new SplittableRandom(~chunkSeed);
        for (int i = batches.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            Batch swapped = batches.get(i);
            batches.set(i, batches.get(other));
            batches.set(other, swapped);
        }
        ready.addAll(batches);
    }
}
