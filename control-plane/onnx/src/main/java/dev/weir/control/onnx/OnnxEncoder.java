package dev.weir.control.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.weir.control.embedding.Direction;
import dev.weir.control.embedding.SentenceEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A network that reads a text's tokens, computed by onnxruntime. Each text is computed by one thread: those who ask are many, and the cores are
 * others', too.
 *
 * <p>Thread-safety: safe; sessions and tokenizers are.
 */
final class OnnxEncoder implements SentenceEncoder, AutoCloseable {
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

    /** Of networks that pool, and whatever comes behind it, themselves. */
    private static final String POOLED = "sentence_embedding";

    private static final int RANK_OF_TOKENS = 3;

    private final EncoderDirectory directory;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final String output;

    private OnnxEncoder(
            EncoderDirectory directory,
            OrtEnvironment environment,
            OrtSession session,
            HuggingFaceTokenizer tokenizer,
            String output) {
        this.directory = directory;
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
        this.output = output;
    }

    /**
     * The encoder, ready to work.
     *
     * @throws IOException where it cannot be; the message says why
     */
    static OnnxEncoder open(EncoderDirectory directory) throws IOException {
        System.setProperty("ai.djl.offline", "true"); // the tokenizers' library is in its jar
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            OrtSession session = environment.createSession(directory.network().toString(), options);
            try {
                String output = output(directory, session);
                HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                        .optTokenizerPath(directory.tokenizer())
                        .optAddSpecialTokens(true)
                        .optPadding(false)
                        .optTruncation(true)
                        .optMaxLength(directory.tokensMax())
                        .build();
                return new OnnxEncoder(directory, environment, session, tokenizer, output);
            } catch (IOException | RuntimeException | OrtException unusable) {
                session.close();
                throw unusable;
            }
        } catch (OrtException unusable) {
            throw new IOException(directory.network() + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    private static String output(EncoderDirectory directory, OrtSession session) throws IOException, OrtException {
        if (!INPUTS.containsAll(session.getInputNames())) {
            throw new IOException(directory.network() + " asks for " + session.getInputNames()
                    + ", and a text's tokens can be given as " + INPUTS);
        }
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        if (outputs.containsKey(POOLED)) {
            return POOLED;
        }
        if (directory.behind().isPresent()) {
            throw new IOException(
                    directory.network() + " has no output " + POOLED + ", and what makes vectors of its tokens, "
                            + directory.behind().get() + ", is not in it: export the whole encoder as one network");
        }
        for (Map.Entry<String, NodeInfo> each : outputs.entrySet()) {
            if (each.getValue().getInfo() instanceof TensorInfo tensor && tensor.getShape().length == RANK_OF_TOKENS) {
                return each.getKey();
            }
        }
        throw new IOException(directory.network() + " has no vectors of tokens, but " + outputs.keySet());
    }

    @Override
    public float[] encode(String text) {
        Encoding tokens = tokenizer.encode(directory.prompt() + text);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                inputs.put(name, OnnxTensor.createTensor(environment, new long[][] {input(name, tokens)}));
            }
            try (OrtSession.Result result = session.run(inputs, Set.of(output))) {
                float[] vector = vector((OnnxTensor) result.get(0));
                return Direction.of(vector).orElseThrow(() -> failure("it has no length", null));
            }
        } catch (OrtException failed) {
            throw failure(String.valueOf(failed.getMessage()), failed);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static long[] input(String name, Encoding tokens) {
        return switch (name) {
            case "input_ids" -> tokens.getIds();
            case "attention_mask" -> tokens.getAttentionMask();
            case "token_type_ids" -> tokens.getTypeIds();
            case "position_ids" -> LongStream.range(0, tokens.getIds().length).toArray();
            default -> throw new AssertionError("refused when it was opened: " + name);
        };
    }

    private float[] vector(OnnxTensor made) {
        FloatBuffer buffer = made.getFloatBuffer();
        if (buffer == null) {
            throw failure("it is not of floats", null);
        }
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        long[] shape = made.getInfo().getShape();
        return shape.length == RANK_OF_TOKENS
                ? directory.pooling().of(values, Math.toIntExact(shape[RANK_OF_TOKENS - 1]))
                : values;
    }

    private UncheckedIOException failure(String why, @Nullable Exception cause) {
        String message = directory.network() + " gives no vector: " + why;
        return new UncheckedIOException(message, new IOException(message, cause));
    }

    @Override
    public String fingerprint() {
        return directory.fingerprint();
    }

    /** It waits for nobody, but computes for milliseconds. */
    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public void close() {
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException failed) {
            throw failure("it cannot be closed: " + failed.getMessage(), failed);
        }
    }
}
