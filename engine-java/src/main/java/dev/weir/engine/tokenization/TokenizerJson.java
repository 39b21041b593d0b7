package dev.weir.engine.tokenization;

import dev.weir.engine.tokenization.TokenDecoding.Replacement;
import dev.weir.engine.tokenization.TokenDecoding.TextStart;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads from {@code tokenizer.json} what turns ids into text: the vocabulary, the added tokens and the decoder. Merges are skipped. */
final class TokenizerJson {

    static final long FILE_BYTES_MAX = 256L << 20;
    static final int VOCAB_SIZE_MAX = 1 << 24;

    private static final String SUPPORTED =
            "supported: ByteLevel, Metaspace, and a Sequence of Replace, ByteFallback, Fuse, Strip";
    private static final String METASPACE_MARK = "\u2581";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // parts are read out of the middle of the file
            .build();

    private final Path file;
    private final Map<Integer, String> spellingsById = new HashMap<>();
    private final Map<Integer, String> addedSpellingsById = new HashMap<>();
    private final Set<String> specialSpellings = new HashSet<>();
    private @Nullable JsonNode decoder;

    private TokenizerJson(Path file) {
        this.file = file;
    }

    static Vocabulary read(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > FILE_BYTES_MAX) {
                throw new TokenizerFormatException(
                        file, "is missing or has more than " + FILE_BYTES_MAX + " bytes; export the tokenizer again");
            }
            try (InputStream bytes = Files.newInputStream(file)) {
                return read(file, bytes);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** {@code file} is where the text came from, for messages. */
    static Vocabulary read(Path file, InputStream bytes) {
        try (Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
                JsonParser json = MAPPER.createParser(text)) {
            return new TokenizerJson(file).read(json);
        } catch (JacksonException e) {
            String place =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new TokenizerFormatException(
                    file,
                    "is malformed JSON" + place + " (" + e.getOriginalMessage() + "); fetch or export it again",
                    e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static TokenizerFormatException unreadable(Path file, IOException cause) {
        return new TokenizerFormatException(
                file, "cannot be read (" + cause.getMessage() + "); check its permissions", cause);
    }

    private Vocabulary read(JsonParser json) {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw refused("must hold a JSON object; export the tokenizer again");
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "added_tokens" -> addedTokens(MAPPER.readTree(json));
                case "decoder" -> decoder = MAPPER.readTree(json);
                case "model" -> model(json);
                default -> json.skipChildren();
            }
        }
        if (json.nextToken() != null) {
            throw refused("has text after its JSON object; fetch it again");
        }
        spellingsById.putAll(addedSpellingsById);
        if (spellingsById.isEmpty()) {
            throw refused("has no vocabulary; export the tokenizer again");
        }
        return new Vocabulary(spellingsById, specialSpellings, decoding());
    }

    private void addedTokens(JsonNode tokens) {
        for (JsonNode token : tokens) {
            String content = token.path("content").asString("");
            add(addedSpellingsById, content, token.path("id").asInt(-1));
            if (token.path("special").asBoolean(false)) {
                specialSpellings.add(content);
            }
        }
    }

    private void add(Map<Integer, String> target, String spelling, int id) {
        if (id < 0 || id >= VOCAB_SIZE_MAX) {
            throw refused("gives the token \"" + spelling + "\" no id in [0, " + VOCAB_SIZE_MAX
                    + "); export the tokenizer again");
        }
        target.put(id, spelling);
    }

    private void model(JsonParser json) {
        requireToken(json, JsonToken.START_OBJECT, "model must be an object");
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("type")) {
                requireModelType(json.getString());
            } else if (field.equals("vocab") && json.currentToken() == JsonToken.START_OBJECT) {
                vocabularyByName(json);
            } else if (field.equals("vocab")) {
                vocabularyByRank(json);
            } else {
                requireNoAffix(field, json);
                json.skipChildren();
            }
        }
    }

    /** The library does not survive merges that lack the affix announced; no tokenizer with a supported decoder has one. */
    private void requireNoAffix(String field, JsonParser json) {
        boolean affix = field.equals("continuing_subword_prefix") || field.equals("end_of_word_suffix");
        if (affix
                && json.currentToken() != JsonToken.VALUE_NULL
                && !json.getString().isEmpty()) {
            throw refused(
                    "has model." + field + " \"" + json.getString() + "\", which is not supported; export it without");
        }
    }

    private void requireModelType(@Nullable String type) {
        if (!"BPE".equals(type) && !"Unigram".equals(type)) {
            throw refused("has a model of type " + type + ", which is not supported; supported: BPE, Unigram");
        }
    }

    /** BPE: an object from spelling to id. */
    private void vocabularyByName(JsonParser json) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String spelling = json.currentName();
            json.nextToken();
            requireToken(json, JsonToken.VALUE_NUMBER_INT, "model.vocab must map spellings to ids");
            add(spellingsById, spelling, json.getValueAsInt(-1));
        }
    }

    /** Unigram: a list of spelling and score, in the order of ids. */
    private void vocabularyByRank(JsonParser json) {
        requireToken(json, JsonToken.START_ARRAY, "model.vocab must be an object or a list");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            requireToken(json, JsonToken.START_ARRAY, "model.vocab must be a list of lists");
            json.nextToken();
            requireToken(json, JsonToken.VALUE_STRING, "model.vocab must be a list of spellings and scores");
            add(spellingsById, json.getString(), spellingsById.size());
            while (json.nextToken() != JsonToken.END_ARRAY) {
                requireToken(json, JsonToken.VALUE_NUMBER_FLOAT, JsonToken.VALUE_NUMBER_INT);
            }
        }
    }

    private void requireToken(JsonParser json, JsonToken first, JsonToken second) {
        if (json.currentToken() != second) {
            requireToken(json, first, "model.vocab must hold numbers");
        }
    }

    private void requireToken(JsonParser json, JsonToken expected, String rule) {
        if (json.currentToken() != expected) {
            throw refused(rule + "; export the tokenizer again");
        }
    }

    private TokenDecoding decoding() {
        if (decoder == null || !decoder.isObject()) {
            throw refused("has no decoder, so that ids cannot be turned into text; " + SUPPORTED);
        }
        List<JsonNode> steps = new ArrayList<>();
        if (typeOf(decoder).equals("Sequence")) {
            decoder.path("decoders").forEach(steps::add);
        } else {
            steps.add(decoder);
        }
        String type = steps.size() == 1 ? typeOf(steps.getFirst()) : "Sequence";
        return switch (type) {
            case "ByteLevel" -> new TokenDecoding.ByteLevel();
            case "Metaspace" -> metaspace(steps.getFirst());
            default -> marked(steps);
        };
    }

    private static String typeOf(JsonNode step) {
        return step.path("type").asString("unnamed");
    }

    private static TokenDecoding metaspace(JsonNode step) {
        String mark = step.path("replacement").asString(METASPACE_MARK);
        boolean prepends = !step.path("prepend_scheme").asString("always").equals("never")
                && step.path("add_prefix_space").asBoolean(true);
        return new TokenDecoding.Marked(
                List.of(new Replacement(mark, " ")),
                false,
                prepends ? TextStart.FIRST_TOKEN_WITHOUT_SPACES : TextStart.KEPT);
    }

    /** Steps that work token by token in this order; any other order would look across tokens. */
    private TokenDecoding marked(List<JsonNode> steps) {
        List<Replacement> replacements = new ArrayList<>();
        boolean byteFallback = false;
        boolean fused = false;
        TextStart textStart = TextStart.KEPT;
        for (JsonNode step : steps) {
            String type = typeOf(step);
            JsonNode mark = step.path("pattern").path("String");
            if (type.equals("Replace") && !byteFallback && !fused && mark.isString()) {
                replacements.add(
                        new Replacement(mark.stringValue(), step.path("content").asString("")));
            } else if (type.equals("ByteFallback") && !fused) {
                byteFallback = true;
            } else if (type.equals("Fuse")) {
                fused = true;
            } else if (type.equals("Strip") && fused && stripsOneSpace(step)) {
                textStart = TextStart.WITHOUT_SPACE;
            } else {
                throw refused("has the decoder step " + step + ", which is not supported here; " + SUPPORTED);
            }
        }
        return new TokenDecoding.Marked(replacements, byteFallback, textStart);
    }

    private static boolean stripsOneSpace(JsonNode step) {
        return step.path("content").asString("").equals(" ")
                && step.path("start").asInt(-1) == 1
                && step.path("stop").asInt(-1) == 0;
    }

    private TokenizerFormatException refused(String problem) {
        return new TokenizerFormatException(file, problem);
    }
}
