package dev.weir.control.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Writes a network in ONNX's format, as far as encoders need it. Numbers of fields are those of onnx.proto. */
final class Network {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private final Message graph = new Message().put(2, "encoder");
    private int count;

    /** Whole numbers, one for each token. */
    Network takes(String... inputs) {
        for (String input : inputs) {
            graph.put(11, value(input, INT64, "one", "tokens"));
        }
        return this;
    }

    Network gives(String output, String... dimensions) {
        graph.put(12, value(output, FLOAT, dimensions));
        return this;
    }

    /** A tensor that is part of it. */
    String weights(float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor(FLOAT, raw.array(), shape);
    }

    /** One of numbers that mean nothing, drawn from a seed. */
    String anyWeights(SplittableRandom random, long... shape) {
        int size = 1;
        for (long side : shape) {
            size *= Math.toIntExact(side);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-0.05, 0.05);
        }
        return weights(values, shape);
    }

    String wholes(long... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return tensor(INT64, raw.array(), values.length);
    }

    private String tensor(int type, byte[] raw, long... shape) {
        String name = "w" + count++;
        Message tensor = new Message();
        for (long side : shape) {
            tensor.put(1, side);
        }
        graph.put(5, tensor.put(2, type).put(8, name).put(9, raw));
        return name;
    }

    /** A step whose output has a name of its own. */
    String step(String operation, List<String> inputs, Message... attributes) {
        String output = "t" + count++;
        named(output, operation, inputs, attributes);
        return output;
    }

    Network named(String output, String operation, List<String> inputs, Message... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.put(1, input));
        node.put(2, output).put(4, operation);
        for (Message attribute : attributes) {
            node.put(5, attribute);
        }
        graph.put(1, node);
        return this;
    }

    static Message whole(String name, long value) {
        return new Message().put(1, name).put(3, value).put(20, 2);
    }

    static Message wholes(String name, long... values) {
        Message attribute = new Message().put(1, name);
        for (long value : values) {
            attribute.put(8, value);
        }
        return attribute.put(20, 7);
    }

    static Message real(String name, float value) {
        return new Message().put(1, name).put(2, value).put(20, 1);
    }

    Path write(Path file) throws IOException {
        byte[] model = new Message()
                .put(1, IR_VERSION)
                .put(7, graph)
                .put(8, new Message().put(1, "").put(2, OPSET))
                .bytes();
        return Files.write(file, model);
    }

    private static Message value(String name, int type, String... dimensions) {
        Message shape = new Message();
        for (String dimension : dimensions) {
            Message side = dimension.matches("\\d+")
                    ? new Message().put(1, Long.parseLong(dimension))
                    : new Message().put(2, dimension);
            shape.put(1, side);
        }
        Message tensor = new Message().put(1, type).put(2, shape);
        return new Message().put(1, name).put(2, new Message().put(1, tensor));
    }
}
