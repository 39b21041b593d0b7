package dev.weir.engine.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Damaged files: each gives a value whose claims hold, or a ModelFormatException; never another exception, never much time or memory. */
class ReaderFuzzTest {

    private static final int CASES = 6_000;
    private static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "1",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "1e308",
            "1e999",
            "-0.0",
            "0.5",
            "1e-400",
            "4294967296",
            "null",
            "[]",
            "{}",
            "\"\"",
            "true");

    @TempDir
    Path directory;

    @Test
    void safetensorsHeaders() {
        byte[] header = JsonMapper.shared().writeValueAsBytes(ModelFixtures.tensors());
        Path file = directory.resolve("model.safetensors");
        assertSurvives(
                random -> {
                    byte[] text = damaged(header, random);
                    byte[] whole = ModelFixtures.safetensors(text, random.nextInt(8) == 0 ? random.nextInt(300) : 200);
                    return random.nextInt(4) > 0 ? whole : lengthChanged(whole, random);
                },
                file,
                () -> {
                    for (TensorInfo tensor : WeightsIndex.read(directory).tensors()) {
                        assertThat(tensor.offsetBytes() + tensor.sizeBytes())
                                .isLessThanOrEqualTo(file.toFile().length());
                    }
                    return true;
                });
    }

    /** Of every architecture, with all the fields that any of them reads. */
    @Test
    void configs() {
        List<byte[]> configs = TestModels.fixtures()
                .map(fixture -> ModelFixtures.read(fixture.resolve("config.json")))
                .toList();
        Path file = directory.resolve("config.json");
        assertSurvives(random -> damaged(configs.get(random.nextInt(configs.size())), random), file, () -> {
            ModelConfig read = ModelConfigReader.read(file);
            assertThat((long) read.vocabSize() * read.hiddenSize()).isPositive();
            for (Rope rope : read.ropes()) {
                assertThat(Arrays.stream(rope.frequencies()))
                        .allMatch(frequency -> frequency >= 0 && Double.isFinite(frequency));
            }
            return true;
        });
    }

    @Test
    void shardIndexes() {
        ModelFixtures.bytes(directory, "a.safetensors", ModelFixtures.safetensors(ModelFixtures.tensors()));
        byte[] index = "{\"metadata\":{\"total_size\":200},\"weight_map\":{\"lm_head.weight\":\"a.safetensors\"}}"
                .getBytes(ISO_8859_1);
        assertSurvives(
                random -> damaged(index, random),
                directory.resolve("model.safetensors.index.json"),
                () -> !WeightsIndex.read(directory).tensors().isEmpty());
    }

    @Test
    void tokenizerSettings() {
        byte[] settings =
                "{\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"</s>\",\"add_bos_token\":true,\"chat_template\":[{\"name\":\"default\",\"template\":\"{{ x }}\"}]}"
                        .getBytes(ISO_8859_1);
        assertSurvives(random -> damaged(settings, random), directory.resolve("tokenizer_config.json"), () -> {
            TokenizerSettings.read(directory).chatTemplate(directory, Clock.systemUTC());
            return true;
        });
    }

    private void assertSurvives(Function<SplittableRandom, byte[]> input, Path file, Supplier<Boolean> reader) {
        int accepted = 0;
        int refused = 0;
        for (int seed = 0; seed < CASES; seed++) {
            byte[] bytes = input.apply(new SplittableRandom(seed));
            ModelFixtures.bytes(directory, file.getFileName().toString(), bytes);
            try {
                accepted += reader.get() ? 1 : 0;
            } catch (ModelFormatException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .doesNotContain("\n")
                        .hasSizeLessThan(1_100);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " of " + file.getFileName(), e);
            }
        }
        assertThat(accepted).as("damage that does no harm").isPositive();
        assertThat(refused).as("damage that is noticed").isGreaterThan(CASES / 4);
    }

    private static byte[] damaged(byte[] original, SplittableRandom random) {
        StringBuilder text = new StringBuilder(new String(original, ISO_8859_1));
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(8)) {
                case 0 -> text.setCharAt(at, (char) (text.charAt(at) ^ 1 << random.nextInt(8)));
                case 1 -> text.setLength(at);
                case 2 -> text.deleteCharAt(at);
                case 3 -> text.insert(at, (char) random.nextInt(256));
                case 4 -> text.insert(at, "[{".substring(random.nextInt(2)).repeat(random.nextInt(1, 3_000)));
                case 5 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
                default -> replaceNumber(text, at, random);
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static void replaceNumber(StringBuilder text, int from, SplittableRandom random) {
        int begin = from;
        while (begin < text.length() && !Character.isDigit(text.charAt(begin))) {
            begin++;
        }
        int end = begin;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        text.replace(begin, end, NUMBERS.get(random.nextInt(NUMBERS.size())));
    }

    private static byte[] lengthChanged(byte[] file, SplittableRandom random) {
        long length = random.nextInt(3) == 0 ? random.nextLong() : random.nextLong(-2, file.length + 10);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        return file;
    }
}
