package dev.weir.engine.model;

import dev.weir.engine.model.template.Template;
import dev.weir.engine.model.template.TemplateException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What stands beside the vocabulary: the special tokens' spellings and the chat templates.
 *
 * @param specialTokens spelling by role, as templates name them: {@code bos_token}, {@code eos_token} and so on
 * @param templates source by name; {@code default} is the usual one, {@code tool_use} the one for requests with tools; empty where the
 *     model has none
 * @param addsBosToken what the settings say about a begin-of-sequence token, where they say it
 */
public record TokenizerSettings(
        Map<String, String> specialTokens,
        Map<String, String> templates,
        @Nullable Boolean addsBosToken) {

    public static final String DEFAULT_TEMPLATE = "default";
    static final String TOOL_USE_TEMPLATE = "tool_use";

    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    public TokenizerSettings {
        specialTokens = Map.copyOf(specialTokens);
        templates = Collections.unmodifiableMap(new LinkedHashMap<>(templates));
    }

    static TokenizerSettings read(Path directory) {
        Path configFile = directory.resolve("tokenizer_config.json");
        SequencedMap<String, String> templates = new LinkedHashMap<>();
        Map<String, String> specialTokens = new LinkedHashMap<>();
        @Nullable Boolean addsBosToken = null;
        Path mapFile = directory.resolve("special_tokens_map.json");
        if (Files.exists(mapFile)) {
            readSpecialTokens(JsonFields.of(mapFile), specialTokens);
        }
        if (Files.exists(configFile)) {
            JsonFields config = JsonFields.of(configFile);
            readSpecialTokens(config, specialTokens);
            readTemplates(config, templates);
            addsBosToken = config.bool("add_bos_token").orElse(null);
        }
        // Newer exports keep the template in a file of its own, which has the last word.
        Path templateFile = directory.resolve("chat_template.jinja");
        if (Files.exists(templateFile)) {
            templates.put(DEFAULT_TEMPLATE, JsonFile.readText(templateFile));
        }
        return new TokenizerSettings(specialTokens, templates, addsBosToken);
    }

    Optional<ChatTemplate> chatTemplate(Path directory, Clock clock) {
        String usual = templates.size() == 1 ? templates.values().iterator().next() : templates.get(DEFAULT_TEMPLATE);
        if (usual == null) {
            return Optional.empty();
        }
        String withTools = templates.getOrDefault(TOOL_USE_TEMPLATE, usual);
        try {
            Template parsed = Template.parse(usual);
            return Optional.of(
                    withTools.equals(usual)
                            ? new JinjaChatTemplate(usual, parsed, parsed, specialTokens, clock)
                            : new JinjaChatTemplate(
                                    usual + withTools, parsed, Template.parse(withTools), specialTokens, clock));
        } catch (TemplateException e) {
            throw new ModelFormatException(
                    directory, "the chat template is malformed: " + e.getMessage() + "; correct it or remove it", e);
        }
    }

    private static void readSpecialTokens(JsonFields fields, Map<String, String> specialTokens) {
        for (String role : ROLES) {
            JsonNode node = fields.present(role);
            if (node == null) {
                continue;
            }
            String spelling = node.isObject()
                    ? fields.objectField(role)
                            .flatMap(token -> token.string("content"))
                            .orElse(null)
                    : fields.string(role).orElse(null);
            if (spelling == null) {
                throw fields.refused(role, "must be a string or an object with content");
            }
            specialTokens.put(role, spelling);
        }
    }

    private static void readTemplates(JsonFields config, Map<String, String> templates) {
        JsonNode node = config.present("chat_template");
        if (node == null) {
            return;
        }
        if (!node.isArray()) {
            config.string("chat_template").ifPresent(source -> templates.put(DEFAULT_TEMPLATE, source));
            return;
        }
        for (JsonNode entry : node) {
            JsonNode name = entry.path("name");
            JsonNode source = entry.path("template");
            if (!name.isString() || !source.isString()) {
                throw config.refused("chat_template", "must be a string or a list of objects with name and template");
            }
            templates.put(name.stringValue(), source.stringValue());
        }
    }
}
