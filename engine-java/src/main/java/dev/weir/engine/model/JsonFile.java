package dev.weir.engine.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads JSON that may be hostile: strict UTF-8, no duplicate keys, no trailing text, and a limit on size, depth and numbers. */
final class JsonFile {

    static final int NESTING_DEPTH_MAX = 64;
    static final int NUMBER_CHARS_MAX = 64;
    static final int NAME_CHARS_MAX = 4_096;
    static final long SMALL_FILE_BYTES_MAX = 16L << 20;

    /** For streaming readers too, so that every JSON text meets the same limits. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_DEPTH_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /** The object that {@code file} holds. */
    static ObjectNode readObject(Path file) {
        requireReadable(file, SMALL_FILE_BYTES_MAX);
        try (InputStream bytes = Files.newInputStream(file);
                Reader text = strictUtf8(bytes)) {
            JsonNode root = MAPPER.readTree(text);
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw new ModelFormatException(file, "must hold a JSON object; export the model again");
        } catch (JacksonException e) {
            throw malformed(file, e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The whole text of a small file. */
    static String readText(Path file) {
        requireReadable(file, SMALL_FILE_BYTES_MAX);
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file, "is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static Reader strictUtf8(InputStream bytes) {
        return new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
    }

    static void requireReadable(Path file, long bytesMax) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(file, "is missing; complete the model directory");
        }
        try {
            long sizeBytes = Files.size(file);
            if (sizeBytes > bytesMax) {
                throw new ModelFormatException(
                        file,
                        "has " + sizeBytes + " bytes, more than the " + bytesMax + " that such a file may have;"
                                + " check that it is the right one");
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Jackson also wraps what the stream below it throws: a reader that is no UTF-8 is a fault of the file, too. */
    static ModelFormatException malformed(Path file, JacksonException cause) {
        if (cause instanceof JacksonIOException && !(cause.getCause() instanceof CharacterCodingException)) {
            return new ModelFormatException(file, "cannot be read: " + cause.getOriginalMessage(), cause);
        }
        return new ModelFormatException(
                file,
                "is malformed JSON" + place(cause.getLocation()) + " (" + cause.getOriginalMessage()
                        + "); fetch or export it again",
                cause);
    }

    /** Breaches of a limit come without a place. */
    private static String place(@Nullable TokenStreamLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    static ModelFormatException unreadable(Path file, IOException cause) {
        return new ModelFormatException(
                file, "cannot be read (" + cause.getMessage() + "); check that it exists and its permissions", cause);
    }
}
