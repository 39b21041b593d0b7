package dev.weir.engine.model.gguf;

import dev.weir.engine.model.ModelFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one model: mostly one, or as many as {@code split.count} says, named {@code x-00001-of-00003.gguf} and so on. The first holds
 * the metadata for all.
 */
final class GgufShards {

    static final int FILE_COUNT_MAX = 1_000;

    private static final String COUNT_KEY = "split.count";
    private static final String NUMBER_KEY = "split.no";
    private static final String TENSOR_COUNT_KEY = "split.tensors.count";
    private static final Pattern NUMBERED = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    private GgufShards() {}

    /** The file given and those that belong to it, in their order. */
    static List<GgufFile> read(Path file) {
        GgufFile first = GgufFile.read(file, 0);
        int count = first.metadata().integer(COUNT_KEY).orElse(1);
        if (count <= 1) {
            return List.of(first);
        }
        requireNumber(first, 0, count);
        List<GgufFile> shards = new ArrayList<>(List.of(first));
        for (int number = 1; number < count; number++) {
            GgufFile shard = GgufFile.read(sibling(first, number, count), number);
            requireNumber(shard, number, count);
            shards.add(shard);
        }
        int stated = first.metadata().integer(TENSOR_COUNT_KEY).orElse(-1);
        int found = shards.stream().mapToInt(shard -> shard.tensors().size()).sum();
        if (stated >= 0 && stated != found) {
            throw first.metadata()
                    .refused(TENSOR_COUNT_KEY, "is " + stated + ", but the files hold " + found + "; fetch them again");
        }
        return List.copyOf(shards);
    }

    /** What a model file is called without its extension and without its number. */
    static String plainName(Path file) {
        String name = Objects.toString(file.getFileName(), "model");
        Matcher numbered = NUMBERED.matcher(name);
        if (numbered.matches()) {
            return numbered.group(1);
        }
        return name.endsWith(GgufFile.EXTENSION)
                ? name.substring(0, name.length() - GgufFile.EXTENSION.length())
                : name;
    }

    /** Whether a file's name says that it is a later one of several. */
    static boolean isLaterShard(Path file) {
        Matcher numbered = NUMBERED.matcher(Objects.toString(file.getFileName(), ""));
        return numbered.matches() && !numbered.group(2).equals("00001");
    }

    private static Path sibling(GgufFile first, int number, int count) {
        Matcher numbered = NUMBERED.matcher(String.valueOf(first.file().getFileName()));
        if (!numbered.matches()) {
            throw new ModelFormatException(
                    first.file(),
                    "is one of " + count
                            + " files, which must be named like model-00001-of-%05d.gguf".formatted(count));
        }
        return first.file().resolveSibling("%s-%05d-of-%05d.gguf".formatted(numbered.group(1), number + 1, count));
    }

    private static void requireNumber(GgufFile shard, int number, int count) {
        GgufMetadata metadata = shard.metadata();
        if (count > FILE_COUNT_MAX) {
            throw metadata.refused(COUNT_KEY, "is " + count + ", more than " + FILE_COUNT_MAX);
        }
        if (metadata.requiredInt(COUNT_KEY) != count || metadata.requiredInt(NUMBER_KEY) != number) {
            throw metadata.refused(
                    NUMBER_KEY,
                    "is " + metadata.requiredInt(NUMBER_KEY) + " of " + metadata.requiredInt(COUNT_KEY) + ", expected "
                            + number + " of " + count
                            + (number == 0 ? "; give the first file" : "; the files belong to different models"));
        }
    }
}
