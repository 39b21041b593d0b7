package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A KV cache and the working memory to run steps of one model. Confined to the thread that made it, by the library and by the arena
 * alike. Everything that a step passes is written into buffers taken here, so a step copies arrays and allocates nothing of size.
 */
final class NativeSession implements AutoCloseable {

    private static final long SEQUENCE_COUNT = Abi.offset(Abi.STEP_PLAN, "sequence_count");
    private static final long TOKEN_COUNT = Abi.offset(Abi.STEP_PLAN, "token_count");
    private static final long SAMPLE_COUNT = Abi.offset(Abi.STEP_PLAN, "sample_count");
    private static final long HIDDEN_COUNT = Abi.offset(Abi.STEP_PLAN, "hidden_count");
    private static final long MASK_COUNT = Abi.offset(Abi.STEP_PLAN, "mask_count");
    private static final long MASKS = Abi.offset(Abi.STEP_PLAN, "masks");
    private static final long SHIFTS = Abi.offset(Abi.STEP_PLAN, "shifts");
    private static final long SHIFT_BYTES = Abi.LOGIT_SHIFT.byteSize();
    private static final long SHIFT_TOKEN_ID = Abi.offset(Abi.LOGIT_SHIFT, "token_id");
    private static final long SHIFT_REPETITION = Abi.offset(Abi.LOGIT_SHIFT, "repetition");
    private static final long SHIFT_BIAS = Abi.offset(Abi.LOGIT_SHIFT, "bias");
    private static final long HIDDEN = Abi.offset(Abi.STEP_RESULT, "hidden");
    private static final long BLOCK_TABLES = Abi.offset(Abi.STEP_PLAN, "block_tables");
    private static final long SAMPLING_BYTES = Abi.SAMPLING.byteSize();
    private static final long SEED = Abi.offset(Abi.SAMPLING, "seed");
    private static final long TEMPERATURE = Abi.offset(Abi.SAMPLING, "temperature");
    private static final long TOP_P = Abi.offset(Abi.SAMPLING, "top_p");
    private static final long MIN_P = Abi.offset(Abi.SAMPLING, "min_p");
    private static final long TOP_K = Abi.offset(Abi.SAMPLING, "top_k");
    private static final long LOGPROB_COUNT = Abi.offset(Abi.SAMPLING, "logprob_count");
    private static final long TOKEN_INDEX = Abi.offset(Abi.SAMPLING, "token_index");

    private final NativeSymbols symbols;
    private final SessionConfig config;
    private final ExecutorLimits limits;
    private final int vocabSize;
    private final int hiddenSize;
    private final long blockBytes;
    private final Arena arena = Arena.ofConfined();
    private final NativeError error = new NativeError(arena);
    private final long handle;

    private final MemorySegment plan;
    private final MemorySegment tokenIds;
    private final MemorySegment tokenCounts;
    private final MemorySegment computedTokens;
    private final MemorySegment blockTableOffsets;
    private final MemorySegment adapters;
    private final MemorySegment samples;
    private final MemorySegment hiddenTokenIndexes;
    private final MemorySegment maskIndexes;
    private final MemorySegment givenTokenIds;
    private final MemorySegment shiftOffsets;
    private MemorySegment shifts = MemorySegment.NULL;
    private MemorySegment masks = MemorySegment.NULL;
    private MemorySegment blockTables;

    private final MemorySegment result;
    private final MemorySegment sampledIds;
    private final MemorySegment logprobs;
    private final MemorySegment topTokenIds;
    private final MemorySegment topLogprobs;
    private final MemorySegment logits;
    private MemorySegment hidden = MemorySegment.NULL;
    private boolean closed;

    /** Takes the memory; the calling thread becomes the owner. */
    NativeSession(NativeModel model, SessionConfig config) {
        this.symbols = model.symbols();
        this.config = config;
        this.limits = config.limits();
        this.vocabSize = model.vocabSize();
        this.hiddenSize = model.hiddenSize();
        try {
            blockBytes = model.blockBytes(limits.blockTokens(), config.device());
            tokenIds = arena.allocate(JAVA_INT, limits.stepTokensMax());
            tokenCounts = arena.allocate(JAVA_INT, limits.stepSequencesMax());
            computedTokens = arena.allocate(JAVA_INT, limits.stepSequencesMax());
            blockTableOffsets = arena.allocate(JAVA_INT, limits.stepSequencesMax() + 1L);
            adapters = arena.allocate(JAVA_LONG, limits.stepSequencesMax());
            samples = arena.allocate(Abi.SAMPLING, limits.stepTokensMax());
            hiddenTokenIndexes = arena.allocate(JAVA_INT, limits.stepTokensMax());
            maskIndexes = arena.allocate(JAVA_INT, limits.stepTokensMax());
            givenTokenIds = arena.allocate(JAVA_INT, limits.stepTokensMax());
            shiftOffsets = arena.allocate(JAVA_INT, limits.stepTokensMax() + 1L);
            blockTables = arena.allocate(JAVA_INT, 16L * limits.stepSequencesMax());
            plan = planStruct();
            long rows = limits.stepTokensMax();
            sampledIds = arena.allocate(JAVA_INT, rows);
            logprobs = arena.allocate(JAVA_FLOAT, rows);
            topTokenIds = arena.allocate(JAVA_INT, rows * limits.topLogprobsMax());
            topLogprobs = arena.allocate(JAVA_FLOAT, rows * limits.topLogprobsMax());
            logits = config.logits() ? arena.allocate(JAVA_FLOAT, rows * vocabSize) : MemorySegment.NULL;
            result = resultStruct();
            handle = create(model); // last, so that nothing of the library's is lost when memory runs out here
        } catch (RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    private long create(NativeModel model) {
        MemorySegment out = arena.allocate(JAVA_LONG);
        MemorySegment struct = arena.allocate(Abi.SESSION_CONFIG);
        StructWriter.of(Abi.SESSION_CONFIG, struct)
                .set("block_count", limits.blockCount())
                .set("block_tokens", limits.blockTokens())
                .set("step_tokens_max", limits.stepTokensMax())
                .set("step_sequences_max", limits.stepSequencesMax())
                .set("step_samples_max", limits.stepTokensMax())
                .set("top_logprobs_max", limits.topLogprobsMax())
                .set("thread_count", config.threadCount())
                .set("isa", Abi.ISA_AUTO)
                .set("kv_dtype", model.kvDtype())
                .set("device", config.device())
                .set("host_block_count", limits.hostBlockCount())
                .set("batch_variant", config.batchVariant() ? 1 : 0);
        long modelHandle = model.handle();
        error.check(() -> (int) symbols.sessionCreate().invokeExact(modelHandle, struct, out, error.segment()));
        return out.get(JAVA_LONG, 0);
    }

    private MemorySegment planStruct() {
        MemorySegment struct = arena.allocate(Abi.STEP_PLAN);
        StructWriter.of(Abi.STEP_PLAN, struct)
                .set("token_ids", tokenIds)
                .set("token_counts", tokenCounts)
                .set("computed_tokens", computedTokens)
                .set("block_tables", blockTables)
                .set("block_table_offsets", blockTableOffsets)
                .set("adapters", adapters)
                .set("samples", samples)
                .set("hidden_token_indices", hiddenTokenIndexes)
                .set("mask_indices", maskIndexes)
                .set("given_token_ids", givenTokenIds)
                .set("shift_offsets", shiftOffsets);
        return struct;
    }

    private MemorySegment resultStruct() {
        MemorySegment struct = arena.allocate(Abi.STEP_RESULT);
        StructWriter.of(Abi.STEP_RESULT, struct)
                .set("top_logprobs_stride", limits.topLogprobsMax())
                .set("token_ids", sampledIds)
                .set("logprobs", logprobs)
                .set("top_token_ids", topTokenIds)
                .set("top_logprobs", topLogprobs)
                .set("logits", logits);
        return struct;
    }

    /**
     * Runs one step.
     *
     * @throws NativeException where the library refuses the plan or fails
     */
    void step(StepPlan stepPlan, StepResult stepResult) {
        encode(stepPlan);
        error.check(() -> (int) symbols.sessionStep().invokeExact(handle, plan, result, error.segment()));
        decode(stepPlan.sampleCount(), stepResult);
        decodeHidden(stepPlan.hiddenCount(), stepResult);
    }

    private void encode(StepPlan stepPlan) {
        int sequenceCount = stepPlan.sequenceCount();
        int blockEntries = stepPlan.blockTableOffsets()[sequenceCount];
        ensureBlockTables(blockEntries);
        plan.set(JAVA_INT, SEQUENCE_COUNT, sequenceCount);
        plan.set(JAVA_INT, TOKEN_COUNT, stepPlan.tokenCount());
        plan.set(JAVA_INT, SAMPLE_COUNT, stepPlan.sampleCount());
        plan.set(JAVA_INT, HIDDEN_COUNT, stepPlan.hiddenCount());
        ensureHidden(stepPlan.hiddenCount());
        MemorySegment.copy(stepPlan.tokenIds(), 0, tokenIds, JAVA_INT, 0, stepPlan.tokenCount());
        MemorySegment.copy(stepPlan.tokenCounts(), 0, tokenCounts, JAVA_INT, 0, sequenceCount);
        MemorySegment.copy(stepPlan.computedTokens(), 0, computedTokens, JAVA_INT, 0, sequenceCount);
        MemorySegment.copy(stepPlan.blockTableOffsets(), 0, blockTableOffsets, JAVA_INT, 0, sequenceCount + 1);
        MemorySegment.copy(stepPlan.adapterIds(), 0, adapters, JAVA_LONG, 0, sequenceCount);
        MemorySegment.copy(stepPlan.blockTables(), 0, blockTables, JAVA_INT, 0, blockEntries);
        MemorySegment.copy(stepPlan.hiddenTokenIndexes(), 0, hiddenTokenIndexes, JAVA_INT, 0, stepPlan.hiddenCount());
        for (int s = 0; s < stepPlan.sampleCount(); s++) {
            encode(stepPlan.sampling(s), stepPlan.sampleTokenIndexes()[s], s * SAMPLING_BYTES);
        }
        plan.set(JAVA_INT, MASK_COUNT, encodeMasks(stepPlan));
        MemorySegment.copy(stepPlan.givenTokenIds(), 0, givenTokenIds, JAVA_INT, 0, stepPlan.sampleCount());
        encodeShifts(stepPlan);
    }

    private void encodeShifts(StepPlan stepPlan) {
        int count = 0;
        for (int s = 0; s < stepPlan.sampleCount(); s++) {
            LogitShifts sample = stepPlan.shifts(s);
            if (sample != null) {
                ensureShifts(count + sample.count());
                count = encode(sample, count);
            }
            shiftOffsets.setAtIndex(JAVA_INT, s + 1L, count);
        }
    }

    /** A vocabulary may be larger than the LM head: what lies beyond it is never drawn. Returns how many there are up to here. */
    private int encode(LogitShifts sample, int before) {
        int count = before;
        for (int i = 0; i < sample.count(); i++) {
            if (sample.tokenId(i) < vocabSize) {
                long base = count++ * SHIFT_BYTES;
                shifts.set(JAVA_INT, base + SHIFT_TOKEN_ID, sample.tokenId(i));
                shifts.set(JAVA_FLOAT, base + SHIFT_REPETITION, sample.repetition(i));
                shifts.set(JAVA_FLOAT, base + SHIFT_BIAS, sample.bias(i));
            }
        }
        return count;
    }

    /** Grows with what the shifts of one step were at most: like block tables, too much to take in advance. */
    private void ensureShifts(int count) {
        long capacity = shifts.byteSize() / SHIFT_BYTES;
        if (count > capacity) {
            MemorySegment grown = arena.allocate(Abi.LOGIT_SHIFT, Math.max(count, 2 * capacity));
            grown.copyFrom(shifts);
            shifts = grown;
            plan.set(ADDRESS, SHIFTS, shifts);
        }
    }

    /** Returns how many there are; most steps have none. */
    private int encodeMasks(StepPlan stepPlan) {
        int count = 0;
        for (int s = 0; s < stepPlan.sampleCount(); s++) {
            long[] allowed = stepPlan.allowedTokens(s);
            maskIndexes.setAtIndex(JAVA_INT, s, allowed == null ? -1 : count);
            if (allowed != null) {
                encodeMask(allowed, count++);
            }
        }
        return count;
    }

    /** A vocabulary may be smaller than the model's table of embeddings: what lies beyond a mask is not allowed. */
    private void encodeMask(long[] allowed, int index) {
        long words = (vocabSize + 63L) / 64;
        ensureMasks(index + 1, words);
        MemorySegment mask = masks.asSlice(index * words * Long.BYTES, words * Long.BYTES);
        int given = (int) Math.min(allowed.length, words);
        MemorySegment.copy(allowed, 0, mask, JAVA_LONG, 0, given);
        mask.asSlice((long) given * Long.BYTES).fill((byte) 0);
    }

    /** Room for masks is taken by the first that has one, and grows with those of one step; all samples of a step may have one. */
    private void ensureMasks(int count, long words) {
        long maskBytes = words * Long.BYTES;
        if (count * maskBytes > masks.byteSize()) {
            long taken = Math.min(limits.stepTokensMax(), Math.max(count, 2 * masks.byteSize() / maskBytes));
            MemorySegment grown = arena.allocate(JAVA_LONG, taken * words);
            grown.copyFrom(masks);
            masks = grown;
            plan.set(ADDRESS, MASKS, masks);
        }
    }

    private void encode(SamplingParams sampling, int tokenIndex, long base) {
        samples.set(JAVA_LONG, base + SEED, sampling.seed());
        samples.set(JAVA_FLOAT, base + TEMPERATURE, sampling.temperature());
        samples.set(JAVA_FLOAT, base + TOP_P, sampling.topP());
        samples.set(JAVA_FLOAT, base + MIN_P, sampling.minP());
        samples.set(JAVA_INT, base + TOP_K, sampling.topK());
        samples.set(JAVA_INT, base + LOGPROB_COUNT, sampling.logprobCount());
        samples.set(JAVA_INT, base + TOKEN_INDEX, tokenIndex);
    }

    /** Block tables grow with the longest contexts seen: the one buffer whose worst case is too large to take in advance. */
    private void ensureBlockTables(int entries) {
        long capacity = blockTables.byteSize() / Integer.BYTES;
        if (entries > capacity) {
            blockTables = arena.allocate(JAVA_INT, Math.max(entries, 2 * capacity));
            plan.set(ADDRESS, BLOCK_TABLES, blockTables);
        }
    }

    /** Room for hidden states is taken by those who ask for them: most sessions never do. A step has stepTokensMax of them at most. */
    private void ensureHidden(int rows) {
        long rowBytes = (long) hiddenSize * Float.BYTES;
        if (rows * rowBytes > hidden.byteSize()) {
            long rowsTaken = Math.min(limits.stepTokensMax(), Math.max(rows, 2 * hidden.byteSize() / rowBytes));
            hidden = arena.allocate(JAVA_FLOAT, rowsTaken * hiddenSize);
            result.set(ADDRESS, HIDDEN, hidden);
        }
    }

    private void decodeHidden(int rows, StepResult stepResult) {
        float[] into = stepResult.hiddenFor(rows, hiddenSize);
        MemorySegment.copy(hidden, JAVA_FLOAT, 0, into, 0, rows * hiddenSize);
    }

    private void decode(int sampleCount, StepResult stepResult) {
        MemorySegment.copy(sampledIds, JAVA_INT, 0, stepResult.tokenIds(), 0, sampleCount);
        MemorySegment.copy(logprobs, JAVA_FLOAT, 0, stepResult.logprobs(), 0, sampleCount);
        int topEntries = sampleCount * limits.topLogprobsMax();
        MemorySegment.copy(topTokenIds, JAVA_INT, 0, stepResult.topTokenIds(), 0, topEntries);
        MemorySegment.copy(topLogprobs, JAVA_FLOAT, 0, stepResult.topLogprobs(), 0, topEntries);
    }

    /**
     * Copies blocks to places in the machine's memory, then places to blocks.
     *
     * @throws NativeException where the library refuses that or fails
     */
    void move(KvMoves moves) {
        try (Arena move = Arena.ofConfined()) {
            int offloadCount = moves.offloads().count();
            if (offloadCount > 0) {
                MemorySegment blocks = ints(move, moves.offloads().blocks(), offloadCount);
                MemorySegment places = ints(move, moves.offloads().places(), offloadCount);
                error.check(() -> (int)
                        symbols.sessionOffload().invokeExact(handle, blocks, places, offloadCount, error.segment()));
            }
            int restoreCount = moves.restores().count();
            if (restoreCount > 0) {
                MemorySegment blocks = ints(move, moves.restores().blocks(), restoreCount);
                MemorySegment places = ints(move, moves.restores().places(), restoreCount);
                error.check(() -> (int)
                        symbols.sessionRestore().invokeExact(handle, places, blocks, restoreCount, error.segment()));
            }
        }
    }

    /**
     * Copies what blocks hold to memory that outlives the session.
     *
     * @throws NativeException where there is no such memory, or the library fails
     */
    NativeSavedBlocks save(int[] blockIndexes) {
        NativeSavedBlocks saved = NativeSavedBlocks.allocate(blockIndexes.length, blockBytes);
        try (Arena copy = Arena.ofConfined()) {
            MemorySegment blocks = ints(copy, blockIndexes, blockIndexes.length);
            int count = blockIndexes.length;
            error.check(() -> (int)
                    symbols.sessionReadBlocks().invokeExact(handle, blocks, count, saved.bytes(), error.segment()));
            return saved;
        } catch (RuntimeException | Error failure) {
            saved.close();
            throw failure;
        }
    }

    /**
     * Copies the first blocks that a session of the same model saved into these.
     *
     * @throws NativeException where the library fails
     */
    void load(NativeSavedBlocks saved, int[] blockIndexes) {
        int count = blockIndexes.length;
        if (saved.blockBytes() != blockBytes || saved.blockCount() < count) {
            throw new IllegalArgumentException(saved.blockCount() + " blocks of " + saved.blockBytes()
                    + " bytes were saved, wanted are " + count + " of " + blockBytes);
        }
        try (Arena copy = Arena.ofConfined()) {
            MemorySegment blocks = ints(copy, blockIndexes, count);
            error.check(() -> (int)
                    symbols.sessionWriteBlocks().invokeExact(handle, saved.bytes(), blocks, count, error.segment()));
        }
    }

    private static MemorySegment ints(Arena arena, int[] values, int count) {
        MemorySegment segment = arena.allocate(JAVA_INT, count);
        MemorySegment.copy(values, 0, segment, JAVA_INT, 0, count);
        return segment;
    }

    /** The logits of a sample of the last step, where the session was made to keep them. */
    float[] logits(int sampleIndex) {
        if (!config.logits()) {
            throw new IllegalStateException("this session was made without logits");
        }
        float[] row = new float[vocabSize];
        MemorySegment.copy(logits, JAVA_FLOAT, (long) sampleIndex * vocabSize * Float.BYTES, row, 0, vocabSize);
        return row;
    }

    /** Frees the session. The second call does nothing; one from another thread is refused. */
    @Override
    public void close() {
        if (!closed) {
            error.check(() -> (int) symbols.sessionDestroy().invokeExact(handle, error.segment()));
            closed = true;
            arena.close();
        }
    }
}
