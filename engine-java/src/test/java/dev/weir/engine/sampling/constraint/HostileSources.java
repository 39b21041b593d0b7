package dev.weir.engine.sampling.constraint;

import dev.weir.engine.sampling.constraint.ConstraintSource.Gbnf;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import dev.weir.engine.sampling.constraint.ConstraintSource.RegularExpression;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Constraints that were written to hurt: long, deep, ambiguous, exponential where they are read naively. */
public final class HostileSources {

    private HostileSources() {}

    public static Stream<ConstraintSource> all() {
        return Stream.of(
                new JsonSchema(" ".repeat(1_000_000) + "{}"),
                new JsonSchema("[".repeat(100_000)),
                new JsonSchema("{\"items\":".repeat(5_000) + "{}" + "}".repeat(5_000)),
                new JsonSchema(doubling()),
                new JsonSchema("{\"enum\":" + IntStream.range(0, 20_000).boxed().toList() + "}"),
                new JsonSchema(properties(3_000)),
                new JsonSchema("{\"allOf\":[" + "{\"type\":\"string\",\"minLength\":1},".repeat(5_000) + "{}]}"),
                new JsonSchema("{\"type\":\"string\",\"pattern\":\"^(a{1,99}b{1,99}){1,99}$\",\"maxLength\":5000}"),
                new JsonSchema("{\"type\":\"number\",\"minimum\":0.1,\"maximum\":1e39,\"multipleOf\":0.37}"),
                new JsonSchema("{\"type\":\"array\",\"minItems\":2000000000,\"items\":{}}"),
                new RegularExpression("(".repeat(100_000) + ")".repeat(100_000)),
                new RegularExpression("((a{1,1000}){1,1000}){1,1000}"),
                new RegularExpression("((((a+)+)+)+)+b"),
                new RegularExpression("(.*a){40}.{40}"),
                new RegularExpression("(a|b)*a(a|b){1000}"),
                new RegularExpression("((a?){1000}){1000}"),
                new RegularExpression("\\p{L}".repeat(2_000)),
                new RegularExpression(
                        IntStream.range(0, 20_000).mapToObj(i -> "a" + i + "z?").collect(Collectors.joining("|"))),
                new RegularExpression("[" + "\\u4e00a".repeat(20_000) + "]+"),
                new Gbnf("root ::= a a a a a a a a\na ::= b b b b b b b b\nb ::= (\"x\" | \"x\" \"x\")*"),
                new Gbnf("root ::= s\ns ::= \"x\" s s | \"x\" s | \"x\""),
                new Gbnf("root ::= " + "(".repeat(50_000)),
                new Gbnf("root ::= " + "\"a\"?".repeat(20_000)));
    }

    /** A schema that is short, and very long once every use of a definition is written out. */
    private static String doubling() {
        return IntStream.range(0, 60)
                .mapToObj(i ->
                        "\"d%d\":{\"properties\":{\"l\":{\"$ref\":\"#/$defs/d%d\",\"title\":\"\",\"minLength\":1},\"r\":{\"$ref\":\"#/$defs/d%d\",\"maxLength\":9}}}"
                                .formatted(i, i + 1, i + 1))
                .collect(Collectors.joining(",", "{\"$defs\":{", ",\"d60\":{}},\"$ref\":\"#/$defs/d0\"}"));
    }

    private static String properties(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\"}")
                .collect(Collectors.joining(",", "{\"properties\":{", "}}"));
    }
}
