package dev.weir.engine.answer;

import java.util.Set;

/**
 * A tool that a model may call.
 *
 * @param textParameters parameters whose values are texts, for formats that do not quote them
 */
public record OfferedTool(String name, Set<String> textParameters) {

    public OfferedTool {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tool must have a name");
        }
        textParameters = Set.copyOf(textParameters);
    }
}
