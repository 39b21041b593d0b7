package dev.weir.engine.http;

import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.model.ChatTemplate;
import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.tokenization.Tokenizer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model as the wire sees it.
 *
 * @param name what requests call it
 * @param createdSeconds when it was loaded, in Unix time
 * @param chatTemplate null for a model that only completes
 * @param contextTokensMax prompt and answer together
 * @param embeddings what its texts become as vectors
 * @param admission where requests go in
 * @param alive false once its engine gave up
 */
public record ServedModel(
        String name,
        long createdSeconds,
        Tokenizer tokenizer,
        @Nullable ChatTemplate chatTemplate,
        GenerationDefaults defaults,
        int contextTokensMax,
        EmbeddingSettings embeddings,
        AdmissionQueue admission,
        BooleanSupplier alive) {}
