package dev.weir.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Split;
import dev.weir.models.encoder.Paraphrases.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTrainingTest {
    @Test
    void pairsMeanTheSameInOtherWords() {
        List<Pair> pairs = new Paraphrases(Split.TRAIN, 3).draw(200);
        assertThat(pairs)
                .hasSizeGreaterThanOrEqualTo(200)
                .allSatisfy(pair -> assertThat(pair.one()).isNotBlank());
        assertThat(pairs.stream().filter(pair -> !pair.one().equals(pair.other())))
                .hasSizeGreaterThan(150);
        assertThat(new Paraphrases(Split.TRAIN, 3).draw(200)).isEqualTo(pairs);
    }

    @Test
    void aFewStepsBringParaphrasesTogetherAndTheSameSeedGivesTheSameFile(@TempDir Path directory) throws IOException {
        EncoderTraining training = train();
        train().encoder().write(directory.resolve("one"));
        training.encoder().write(directory.resolve("two"));
        assertThat(Files.mismatch(
                        directory.resolve("one").resolve(HashedEncoder.FILE),
                        directory.resolve("two").resolve(HashedEncoder.FILE)))
                .isEqualTo(-1);
        HashedEncoder read = HashedEncoder.read(directory.resolve("one"));
        assertThat(read.encode("Hello")).isEqualTo(training.encoder().encode("Hello"));
        assertThat(read.encode("")).hasSize(16);
    }

    private static EncoderTraining train() {
        EncoderTraining training = new EncoderTraining(512, 16, 5);
        Paraphrases paraphrases = new Paraphrases(Split.TRAIN, 5);
        double first = training.learn(paraphrases.draw(64));
        double last = first;
        for (int step = 0; step < 15; step++) {
            last = training.learn(paraphrases.draw(64));
        }
        assertThat(last).isLessThan(first);
        return training;
    }
}
