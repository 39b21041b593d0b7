package dev.weir.control.routing;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * A condition in CEL, the Common Expression Language, over what is known of a request. Checked when the configuration is read: a name that
 * does not exist, or a comparison of a number with a text, never reaches a request.
 */
final class Condition {
    private static final int COMPREHENSIONS_MAX = 1000;

    private final String text;
    private final CelRuntime.Program program;

    private Condition(String text, CelRuntime.Program program) {
        this.text = text;
        this.program = program;
    }

    /**
     * The condition that a text says.
     *
     * @throws IllegalArgumentException where it says none, with the place
     */
    static Condition of(String text) {
        CelOptions options = CelOptions.current()
                .enableHeterogeneousNumericComparisons(true)
                .comprehensionMaxIterations(COMPREHENSIONS_MAX)
                .build();
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(options)
                .setStandardMacros(CelStandardMacro.HAS, CelStandardMacro.EXISTS, CelStandardMacro.ALL)
                .addVar("tenant", SimpleType.STRING)
                .addVar("user", SimpleType.STRING)
                .addVar("key", SimpleType.STRING)
                .addVar("model", SimpleType.STRING)
                .addVar("operation", SimpleType.STRING)
                .addVar("stream", SimpleType.BOOL)
                .addVar("prompt_bytes", SimpleType.INT)
                .addVar("output_tokens_max", SimpleType.INT)
                .addVar("headers", MapType.create(SimpleType.STRING, SimpleType.STRING))
                .addVar("region", SimpleType.STRING)
                .addVar("session", SimpleType.STRING)
                .addVar("hour", SimpleType.INT)
                .addVar("weekday", SimpleType.INT)
                .setResultType(SimpleType.BOOL)
                .build();
        try {
            CelAbstractSyntaxTree checked = compiler.compile(text).getAst();
            CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                    .setOptions(options)
                    .build();
            return new Condition(text, runtime.createProgram(checked));
        } catch (CelValidationException invalid) {
            String first =
                    String.valueOf(invalid.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException("is no condition: " + first, invalid);
        } catch (CelEvaluationException invalid) {
            throw new IllegalArgumentException("is no condition: " + invalid.getMessage(), invalid);
        }
    }

    /** Whether it holds. One that cannot be told, such as of a header that is not there, does not. */
    boolean holds(RequestFacts facts) {
        Map<String, Object> variables = HashMap.newHashMap(16);
        variables.put("tenant", facts.tenant());
        variables.put("user", facts.user());
        variables.put("key", facts.key());
        variables.put("model", facts.model());
        variables.put("operation", facts.operation());
        variables.put("stream", facts.stream());
        variables.put("prompt_bytes", facts.promptBytes());
        variables.put("output_tokens_max", facts.outputTokensMax());
        variables.put("headers", facts.headers());
        variables.put("region", facts.region());
        variables.put("session", facts.session());
        variables.put("hour", (long) facts.at().getHour());
        variables.put("weekday", (long) facts.at().getDayOfWeek().getValue());
        try {
            return Boolean.TRUE.equals(program.eval(variables));
        } catch (CelEvaluationException _) {
            return false;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
