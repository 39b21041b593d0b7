package dev.weir.benchmarks;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.sampling.constraint.ConstraintSource;
import dev.weir.engine.sampling.constraint.ConstraintSource.Gbnf;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonObject;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import java.util.BitSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The mask of the next token with a vocabulary of 128k, at every step of texts that are written by chance. {@code NEVER} compiles a constraint
 * that nobody has seen for each text, which is the most that a mask can cost; {@code ALWAYS} writes all texts with one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 5)
public class AllowedTokensBenchmark {

    /** What is written. */
    public enum Kind {
        OBJECT {
            @Override
            ConstraintSource source(int variant) {
                return new JsonObject();
            }
        },
        SCHEMA {
            @Override
            ConstraintSource source(int variant) {
                return new JsonSchema("""
                {"type": "object", "required": ["id%d", "name", "items"], "properties": {
                  "id%1$d": {"type": "integer", "minimum": 0, "maximum": 99999},
                  "name": {"type": "string", "minLength": 1, "maxLength": %d},
                  "note": {"type": "string"},
                  "state": {"enum": ["open", "closed", "in progress", "v%d"]},
                  "when": {"type": "string", "format": "date-time"},
                  "items": {"type": "array", "maxItems": 8, "items": {"type": "object", "additionalProperties": false,
                    "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                      "price": {"type": "number", "minimum": 0, "maximum": 10000}, "of": {"$ref": "#"}}}}}}""".formatted(variant, 20 + variant % 60, variant));
            }
        },
        EXPRESSION {
            @Override
            ConstraintSource source(int variant) {
                return new RegularExpression(
                        "(\\d{3}-){2}\\d{4}( [A-Za-z]{2," + (9 + variant % 50) + "}){1,5}v" + variant);
            }
        },
        GRAMMAR {
            @Override
            ConstraintSource source(int variant) {
                return new Gbnf(
                        "root ::= sum \"=" + variant
                                + "\"\nsum ::= value ([-+*/] value)*\nvalue ::= [0-9]{1,6} | [a-z_] [a-z0-9_]{0,30} | \"(\" sum \")\"");
            }
        };

        abstract ConstraintSource source(int variant);
    }

    /** How often a constraint was seen before. */
    public enum Seen {
        NEVER,
        ALWAYS
    }

    @Param
    public Kind kind = Kind.SCHEMA;

    @Param
    public Seen seen = Seen.ALWAYS;

    private static final int TEXT_TOKENS_MAX = 200;
    private static final String CLOSERS = "\"]}0123456789=v)";

    private final SplittableRandom random = new SplittableRandom(17);
    private final ConstraintCompiler compiler = ConstraintCompiler.of(
            SyntheticVocabulary.TOKEN_COUNT, new SyntheticVocabulary()::bytes, Set.of(SyntheticVocabulary.END_ID));
    private int variant;
    private int written;
    private Constraint.Progress progress = compiler.compile(new JsonObject()).begin();

    @Setup(Level.Trial)
    public void begin() {
        beginText();
    }

    private void beginText() {
        variant += seen == Seen.NEVER ? 1 : 0;
        progress = compiler.compile(kind.source(variant)).begin();
        written = 0;
    }

    /** Writes one token more; every few steps one that brings the text nearer to its end, as models do. */
    @Setup(Level.Invocation)
    public void advance() {
        BitSet allowed = BitSet.valueOf(progress.allowedTokens());
        int closer = CLOSERS.chars().filter(allowed::get).findFirst().orElse(-1);
        int id = closer >= 0 && random.nextInt(5) == 0 ? closer : any(allowed);
        progress.accept(id);
        if (progress.isComplete() || id == SyntheticVocabulary.END_ID || ++written == TEXT_TOKENS_MAX) {
            beginText();
        }
    }

    private int any(BitSet allowed) {
        int from = random.nextInt(SyntheticVocabulary.TOKEN_COUNT);
        int next = allowed.nextSetBit(from);
        return next >= 0 ? next : allowed.nextSetBit(0);
    }

    @Benchmark
    public long[] allowedTokens() {
        return progress.allowedTokens();
    }
}
