package dev.weir.engine.model;

import dev.weir.engine.model.ChatContents.Form;
import dev.weir.engine.model.template.Template;
import dev.weir.engine.model.template.TemplateException;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A chat template in Jinja, given the variables that Transformers gives. */
final class JinjaChatTemplate implements ChatTemplate {

    private static final String PROBE = "is-this-text-shown";

    private final String source;
    private final Template usual;
    private final Template withTools;
    private final Map<String, String> specialTokens;
    private final Clock clock;
    private final Set<Form> contentForms;

    /**
     * A template.
     *
     * @param withTools for requests with tools; the same as {@code usual} for most models
     */
    JinjaChatTemplate(
            String source, Template usual, Template withTools, Map<String, String> specialTokens, Clock clock) {
        this.source = source;
        this.usual = usual;
        this.withTools = withTools;
        this.specialTokens = Map.copyOf(specialTokens);
        this.clock = clock;
        this.contentForms = EnumSet.noneOf(Form.class);
        for (Form form : Form.values()) {
            if (shows(form)) {
                contentForms.add(form);
            }
        }
    }

    @Override
    public String source() {
        return source;
    }

    /** Templates do not say whether they take texts or parts, so each is asked once by rendering both. */
    private boolean shows(Form form) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "user");
        message.put("content", form == Form.TEXT ? PROBE : List.of(Map.of("type", "text", "text", PROBE)));
        try {
            String shown = usual.render(variables(List.of(message), true, Map.of()), clock);
            return shown.contains(PROBE) && !shown.contains("'" + PROBE) && !shown.contains("\"" + PROBE);
        } catch (TemplateException _) {
            return false;
        }
    }

    @Override
    public String render(
            List<ChatMessage> messages,
            boolean addGenerationPrompt,
            Map<String, Object> extras,
            UnaryOperator<String> callers) {
        CallerTexts texts = new CallerTexts(callers);
        Template template = extras.get("tools") instanceof List<?> tools && !tools.isEmpty() ? withTools : usual;
        ChatContents contents = new ChatContents(contentForms);
        try {
            return template.render(
                    variables(
                            texts.ofMessages(contents.withParsedArguments(messages)),
                            addGenerationPrompt,
                            texts.of(extras)),
                    clock);
        } catch (TemplateException e) {
            if (!e.raisedByTemplate() && ChatContents.callTools(messages)) {
                return renderWithArgumentsAsText(
                        template, texts.ofMessages(contents.asGiven(messages)), addGenerationPrompt, texts.of(extras));
            }
            throw new ChatTemplateException(describe(e), e.raisedByTemplate());
        }
    }

    /** Most templates want the arguments of tool calls as objects; some older ones join them to text, and so fail on objects. */
    private String renderWithArgumentsAsText(
            Template template, List<?> messages, boolean addGenerationPrompt, Map<String, @Nullable Object> extras) {
        try {
            return template.render(variables(messages, addGenerationPrompt, extras), clock);
        } catch (TemplateException e) {
            throw new ChatTemplateException(describe(e), e.raisedByTemplate());
        }
    }

    private static String describe(TemplateException e) {
        return e.raisedByTemplate() ? String.valueOf(e.getMessage()) : "the chat template failed: " + e.getMessage();
    }

    private Map<String, @Nullable Object> variables(
            List<?> messages, boolean addGenerationPrompt, Map<String, @Nullable Object> extras) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>(specialTokens);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.putAll(extras);
        variables.put("messages", messages);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return variables;
    }
}
