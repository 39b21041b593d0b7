package dev.weir.control;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One {@code weir serve} for all tests of clients, started by the first that asks for it. */
final class ServedModels implements ParameterResolver {

    static final String MODEL = "weir-demo-fast";

    /** The same model with a chat template that shows it tools. */
    static final String TOOL_MODEL = "weir-demo-tools";

    /** The template of the demo models, and before it what Hermes' does with tools. */
    private static final String TOOL_TEMPLATE = """
            {%- if tools %}<|im_start|>system
            <tools>
            {%- for tool in tools %}
            {{ tool | tojson }}
            {%- endfor %}
            </tools>
            Call a function by <tool_call>{"name": ..., "arguments": ...}</tool_call><|im_end|>
            {% endif -%}
            {%- for message in messages -%}
            <|im_start|>{{ message.role }}
            {{ message.content or '' }}
            {%- for call in message.tool_calls or [] %}
            <tool_call>{{ call.function | tojson }}</tool_call>
            {%- endfor -%}
            <|im_end|>
            {% endfor -%}
            {%- if add_generation_prompt %}<|im_start|>assistant
            {% endif %}""";

    /** Where a client may knock: both speak the same API. */
    enum Door {
        CONTROL_PLANE,
        ENGINE
    }

    /** The two processes, for as long as tests run. */
    record Running(WeirProcess weir) implements AutoCloseable {

        URI base(Door door) {
            return switch (door) {
                case CONTROL_PLANE -> weir.uri("/v1");
                case ENGINE -> weir.engineUri("/v1");
            };
        }

        /** An engine asks for none, but clients insist on sending one. */
        String key(Door door) {
            return door == Door.CONTROL_PLANE ? weir.adminKey() : "none";
        }

        @Override
        public void close() {
            weir.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Running.class;
    }

    @Override
    public Running resolveParameter(ParameterContext parameter, ExtensionContext context) {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(ServedModels.class))
                .computeIfAbsent("weir", _ -> start(), Running.class);
    }

    private static Running start() {
        try {
            Path model = WeirProcess.HOME.resolve("models/demo").resolve(MODEL);
            return new Running(WeirProcess.serve(
                            "--model",
                            model.toString(),
                            "--model",
                            toolModel(model).toString())
                    .awaitReady());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path toolModel(Path model) throws IOException {
        Path copy = Files.createDirectories(
                Files.createTempDirectory("weir-clients-").resolve(TOOL_MODEL));
        List<Path> files;
        try (Stream<Path> found = Files.list(model)) {
            files = found.toList();
        }
        for (Path file : files) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        Files.writeString(copy.resolve("chat_template.jinja"), TOOL_TEMPLATE);
        return copy;
    }
}
