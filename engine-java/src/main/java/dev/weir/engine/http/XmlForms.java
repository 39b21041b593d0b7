package dev.weir.engine.http;

import dev.weir.engine.http.RequestedTools.Tool;
import dev.weir.engine.sampling.constraint.ConstraintSource.Form;
import dev.weir.engine.sampling.constraint.ConstraintSource.Marked;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.Again;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.Literal;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.OneOf;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.Until;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The form of a call whose arguments have no quotes: the names in it are the tool's, and its values are any text. */
final class XmlForms {

    private static final Part SPACE = new Part.Space();

    /** A reader takes the blanks off and ends the name at a bracket. */
    private static final Predicate<String> READABLE =
            Pattern.compile("[^\\s<>](?:[^<>]{0,254}[^\\s<>])?").asMatchPredicate();

    private XmlForms() {}

    static List<Marked> of(List<Tool> tools) {
        return tools.stream()
                .map(tool -> new Marked("<tool_call>", false, new Form(call(tool))))
                .toList();
    }

    private static List<Part> call(Tool tool) {
        List<String> names = tool.parameters().path("properties").propertyNames().stream()
                .filter(READABLE)
                .toList();
        List<Part> parts = new ArrayList<>(List.of(SPACE, new Literal("<function=" + tool.name() + ">"), SPACE));
        if (!names.isEmpty()) {
            Form argument = Form.of(
                    new Literal("<parameter="), new OneOf(names), new Literal(">"), new Until("</parameter>"), SPACE);
            parts.add(new Again(argument, names.size()));
        }
        parts.addAll(List.of(new Literal("</function>"), SPACE, new Literal("</tool_call>")));
        return parts;
    }
}
