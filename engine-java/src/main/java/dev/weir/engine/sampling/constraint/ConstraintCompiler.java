package dev.weir.engine.sampling.constraint;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.Calls;
import dev.weir.engine.sampling.constraint.ConstraintSource.Choice;
import dev.weir.engine.sampling.constraint.ConstraintSource.DocumentOrCalls;
import dev.weir.engine.sampling.constraint.ConstraintSource.Gbnf;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonObject;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import dev.weir.engine.sampling.constraint.ConstraintSource.MarkedText;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import dev.weir.engine.sampling.constraint.ConstraintSource.Thoughts;
import dev.weir.engine.sampling.constraint.automaton.CompiledGrammar;
import dev.weir.engine.sampling.constraint.automaton.VocabularyIndex;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.GbnfParser;
import dev.weir.engine.sampling.constraint.grammar.Grammar;
import dev.weir.engine.sampling.constraint.regex.RegexLanguage;
import dev.weir.engine.sampling.constraint.regex.RegexParser;
import dev.weir.engine.sampling.constraint.schema.SchemaCompiler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compiles the constraints of one model's answers, and keeps those that were used last. Safe for use from any thread; what it is asked for
 * takes the calling one a while, though never longer than the limits allow.
 */
public final class ConstraintCompiler {

    /** States of all grammars that are kept: some hundred bytes each. */
    private static final long KEPT_STATES_MAX = 200_000;

    /** For one model; a mask of a vocabulary of 128k takes 16 KB. */
    private static final long MASK_BYTES_MAX = 128L << 20;

    private final Supplier<VocabularyIndex> vocabulary;
    private final Supplier<VocabularyIndex> markedVocabulary;
    private final ConstraintLimits limits;
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private final LinkedHashMap<ConstraintSource, CompiledGrammar> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptStates;
    private @Nullable VocabularyIndex index;
    private @Nullable VocabularyIndex markedIndex;

    /** A compiler for a vocabulary as {@link VocabularyIndex} takes it, within the usual limits. */
    public static ConstraintCompiler of(int tokenCount, IntFunction<byte[]> tokenBytes, Set<Integer> endTokenIds) {
        return of(tokenCount, tokenBytes, tokenBytes, endTokenIds);
    }

    /**
     * A compiler that knows two spellings of a vocabulary.
     *
     * @param markedTokenBytes the spelling for texts with marks, where special tokens that are marks are text
     */
    public static ConstraintCompiler of(
            int tokenCount,
            IntFunction<byte[]> tokenBytes,
            IntFunction<byte[]> markedTokenBytes,
            Set<Integer> endTokenIds) {
        return new ConstraintCompiler(
                () -> new VocabularyIndex(tokenCount, tokenBytes, endTokenIds, MASK_BYTES_MAX),
                () -> new VocabularyIndex(tokenCount, markedTokenBytes, endTokenIds, MASK_BYTES_MAX),
                ConstraintLimits.defaults());
    }

    /**
     * A compiler for a vocabulary.
     *
     * @param vocabulary asked once, when the first constraint comes: most models of most servers never see one
     */
    public ConstraintCompiler(Supplier<VocabularyIndex> vocabulary, ConstraintLimits limits) {
        this(vocabulary, vocabulary, limits);
    }

    private ConstraintCompiler(
            Supplier<VocabularyIndex> vocabulary, Supplier<VocabularyIndex> markedVocabulary, ConstraintLimits limits) {
        this.vocabulary = vocabulary;
        this.markedVocabulary = markedVocabulary;
        this.limits = limits;
    }

    /** The constraint, at once, where it was compiled not long ago; else null. */
    public synchronized @Nullable Constraint known(ConstraintSource source) {
        return kept.get(source);
    }

    /**
     * The constraint that a caller described.
     *
     * @throws ConstraintException where it cannot be served, naming what and where
     */
    public Constraint compile(ConstraintSource source) {
        Constraint known = known(source);
        if (known != null) {
            return known;
        }
        CompiledGrammar made = CompiledGrammar.compile(grammar(source), index(source), limits);
        keep(source, made);
        return made;
    }

    private Grammar grammar(ConstraintSource source) {
        return switch (source) {
            case JsonSchema(String schema) -> {
                limits.checkSource("the schema", schema);
                yield SchemaCompiler.compile(parsed(schema), limits);
            }
            case JsonObject _ -> SchemaCompiler.anyObject();
            case RegularExpression(String pattern) ->
                Grammar.of(RegexLanguage.whole(RegexParser.parse(pattern, limits), Characters::new));
            case Choice(List<String> texts) ->
                Grammar.of(Expression.choice(
                        texts.stream().map(Expression::literal).toList()));
            case Gbnf(String grammar) -> GbnfParser.parse(grammar, limits);
            case MarkedText text -> {
                limits.checkSource("the schema", text.schema());
                yield SchemaCompiler.around(
                        parsed(text.schema()),
                        limits,
                        (documents, space) -> new MarkedTextGraph(new FormText(documents, space)).of(text));
            }
            case DocumentOrCalls(Thoughts thoughts, ConstraintSource document, Calls calls) -> {
                List<Grammar> either = new ArrayList<>(List.of(grammar(document)));
                if (calls != null) {
                    either.add(calls(calls));
                }
                yield Grammar.joined(
                        either, texts -> Expression.sequence(FormText.before(thoughts), Expression.choice(texts)));
            }
        };
    }

    private Grammar calls(Calls calls) {
        try {
            limits.checkSource("the schema", calls.schema());
            return SchemaCompiler.around(
                    parsed(calls.schema()), limits, (documents, space) -> new FormText(documents, space).of(calls));
        } catch (ConstraintException refusal) {
            throw new ConstraintException("in the tools beside it, " + refusal.getMessage());
        }
    }

    private JsonNode parsed(String schema) {
        try {
            return mapper.readTree(schema);
        } catch (JacksonException e) {
            throw new ConstraintException("the schema is no JSON: " + e.getOriginalMessage());
        }
    }

    private synchronized VocabularyIndex index(ConstraintSource source) {
        boolean marked = source instanceof MarkedText || source instanceof DocumentOrCalls;
        VocabularyIndex known = marked ? markedIndex : index;
        if (known != null) {
            return known;
        }
        VocabularyIndex made = marked ? markedVocabulary.get() : vocabulary.get();
        if (marked) {
            markedIndex = made;
        } else {
            index = made;
        }
        return made;
    }

    private synchronized void keep(ConstraintSource source, CompiledGrammar grammar) {
        CompiledGrammar before = kept.put(source, grammar);
        keptStates += grammar.stateCount() - (before == null ? 0 : before.stateCount());
        while (keptStates > KEPT_STATES_MAX && kept.size() > 1) {
            Map.Entry<ConstraintSource, CompiledGrammar> oldest = kept.firstEntry();
            kept.remove(oldest.getKey());
            keptStates -= oldest.getValue().stateCount();
        }
    }
}
