package dev.weir.engine.http;

import dev.weir.engine.adapters.Adapter;
import dev.weir.engine.adapters.Adapters;
import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.answer.AnswerFormats;
import dev.weir.engine.model.ChatTemplate;
import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.tokenization.Tokenizer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model as the wire sees it, by itself or with an adapter, which is a model of its own there.
 *
 * @param name what requests call it
 * @param createdSeconds when it was loaded, in Unix time
 * @param chatTemplate null for a model that only completes
 * @param contextTokensMax prompt and answer together
 * @param answers how it writes calls of tools and reasoning
 * @param embeddings what its texts become as vectors
 * @param constraints what forms of its answers become
 * @param admission where requests go in
 * @param alive false once its engine gave up
 * @param version which of the models that had or have its name; empty where nobody says
 * @param adapters that it may be asked for with
 * @param adapter that requests are computed with; null for the model as it is
 * @param parent name of the model that the adapter belongs to; null for the model as it is
 */
public record ServedModel(
        String name,
        long createdSeconds,
        Tokenizer tokenizer,
        @Nullable ChatTemplate chatTemplate,
        GenerationDefaults defaults,
        int contextTokensMax,
        AnswerFormats answers,
        EmbeddingSettings embeddings,
        ConstraintCompiler constraints,
        AdmissionQueue admission,
        BooleanSupplier alive,
        String version,
        Adapters adapters,
        @Nullable Adapter adapter,
        @Nullable String parent) {

    /** A model that takes no adapters. */
    public ServedModel(
            String name,
            long createdSeconds,
            Tokenizer tokenizer,
            @Nullable ChatTemplate chatTemplate,
            GenerationDefaults defaults,
            int contextTokensMax,
            EmbeddingSettings embeddings,
            ConstraintCompiler constraints,
            AdmissionQueue admission,
            BooleanSupplier alive) {
        this(
                name,
                createdSeconds,
                tokenizer,
                chatTemplate,
                defaults,
                contextTokensMax,
                embeddings,
                constraints,
                admission,
                alive,
                Adapters.none());
    }

    /** A model as it is. */
    public ServedModel(
            String name,
            long createdSeconds,
            Tokenizer tokenizer,
            @Nullable ChatTemplate chatTemplate,
            GenerationDefaults defaults,
            int contextTokensMax,
            EmbeddingSettings embeddings,
            ConstraintCompiler constraints,
            AdmissionQueue admission,
            BooleanSupplier alive,
            Adapters adapters) {
        this(
                name,
                createdSeconds,
                tokenizer,
                chatTemplate,
                defaults,
                contextTokensMax,
                AnswerFormats.of(chatTemplate == null ? "" : chatTemplate.source()),
                embeddings,
                constraints,
                admission,
                alive,
                "",
                adapters,
                null,
                null);
    }

    /** This model, whose operator says how it writes answers, and which of all that had or have its name. */
    public ServedModel answering(AnswerFormats chosen, String which) {
        return new ServedModel(
                name,
                createdSeconds,
                tokenizer,
                chatTemplate,
                defaults,
                contextTokensMax,
                chosen,
                embeddings,
                constraints,
                admission,
                alive,
                which,
                adapters,
                adapter,
                parent);
    }

    /** This model with the adapter of that name. */
    Optional<ServedModel> adapted(String adapterName) {
        return adapters.find(adapterName).map(this::with);
    }

    ServedModel with(Adapter chosen) {
        return new ServedModel(
                chosen.name(),
                chosen.createdSeconds(),
                tokenizer,
                chatTemplate,
                defaults,
                contextTokensMax,
                answers,
                embeddings,
                constraints,
                admission,
                alive,
                version,
                adapters,
                chosen,
                name);
    }

    /** What {@link GenerationRequest#adapterId} says of requests to it. */
    long adapterId() {
        return adapter == null ? GenerationRequest.NO_ADAPTER : adapter.id();
    }

    /**
     * Hands a request of this model to the engine. Its adapter stays until the engine has let go of it.
     *
     * @throws ApiException where the adapter was unloaded since the request named it
     */
    Admission submit(GenerationRequest request, TokenStream stream) {
        if (adapter == null) {
            return admission.submit(request, stream);
        }
        if (!adapter.begin()) {
            throw new ApiException(ApiError.modelNotFound("the adapter `" + name + "` was unloaded"));
        }
        stream.onEnd(adapter::end);
        Admission answer = admission.submit(request, stream);
        if (answer instanceof Admission.Rejected) {
            adapter.end();
        }
        return answer;
    }
}
