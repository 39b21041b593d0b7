package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}: where a loop stands. One per loop, moved on with every turn. */
final class LoopState implements Value.Attributed {

    private final List<Value> values;
    private final int depth;
    private final Value.@Nullable Function recursion;
    private int index;
    private @Nullable Value changing;

    LoopState(List<Value> values, int depth, Value.@Nullable Function recursion) {
        this.values = values;
        this.depth = depth;
        this.recursion = recursion;
    }

    void moveTo(int turnIndex) {
        index = turnIndex;
    }

    int depth() {
        return depth;
    }

    @Override
    public @Nullable Value attribute(String name) {
        int size = values.size();
        return switch (name) {
            case "index" -> new Int(index + 1);
            case "index0" -> new Int(index);
            case "revindex" -> new Int(size - index);
            case "revindex0" -> new Int(size - index - 1);
            case "first" -> Bool.of(index == 0);
            case "last" -> Bool.of(index == size - 1);
            case "length" -> new Int(size);
            case "depth" -> new Int(depth);
            case "depth0" -> new Int(depth - 1);
            case "previtem" -> index > 0 ? values.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index < size - 1 ? values.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> new Callable(name, this::cycle);
            case "changed" -> new Callable(name, this::changed);
            default -> null;
        };
    }

    private Value cycle(Arguments arguments) {
        List<Value> choices = arguments.positional();
        if (choices.isEmpty()) {
            throw TemplateException.of("no items for cycling given");
        }
        return choices.get(index % choices.size());
    }

    private Value changed(Arguments arguments) {
        Value current = new Items(arguments.positional(), true);
        boolean same = changing != null && Operations.equal(changing, current);
        changing = current;
        return Bool.of(!same);
    }

    @Override
    public Value call(Arguments arguments) {
        if (recursion == null) {
            throw TemplateException.of("the loop is not marked recursive");
        }
        return recursion.call(arguments);
    }
}
