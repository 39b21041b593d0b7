package dev.weir.control.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much is kept, which is settled when the control plane starts.
 *
 * @param entriesMax in this process
 * @param sizeMax of all answers in this process together
 * @param answerSizeMax of one answer, wherever it is kept; longer ones are not
 * @param semanticEntriesMax questions that others are compared with
 * @param encoder the directory of the sentence encoder, or the address of an engine; the one that ships where nobody names one
 * @param encoderModel of the engine
 * @param encoderAnswerMax how long the engine may take
 */
public record CacheConfig(
        @DefaultValue("10000") int entriesMax,
        @DefaultValue("256MB") DataSize sizeMax,
        @DefaultValue("256KB") DataSize answerSizeMax,
        @DefaultValue("100000") int semanticEntriesMax,
        @Nullable String encoder,
        @Nullable String encoderModel,
        @DefaultValue("1s") Duration encoderAnswerMax) {
    public CacheConfig {
        if (entriesMax < 1 || semanticEntriesMax < 1 || sizeMax.toBytes() < 1 || answerSizeMax.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "weir.cache.entries-max, size-max and answer-size-max are at least 1, and so is semantic-entries-max: "
                            + entriesMax + ", " + sizeMax + ", " + answerSizeMax);
        }
        if (isEngine(encoder) != (encoderModel != null)) {
            throw new IllegalArgumentException(
                    "weir.cache.encoder-model is the model of the engine whose address is weir.cache.encoder: give both, or a directory and no model");
        }
        if (answerSizeMax.compareTo(sizeMax) > 0) {
            throw new IllegalArgumentException("weir.cache.answer-size-max (" + answerSizeMax
                    + ") is above weir.cache.size-max (" + sizeMax + "): no answer of that size could be kept");
        }
    }

    private static boolean isEngine(@Nullable String encoder) {
        return encoder != null && (encoder.startsWith("http://") || encoder.startsWith("https://"));
    }
}
