package dev.weir.control.evaluation.live;

import dev.weir.control.configuration.Section;
import dev.weir.control.evaluation.judge.Canary;
import dev.weir.control.evaluation.judge.LabelledVerdicts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of the live traffic is judged, and by whom; {@code evaluation.live} of the configuration. Nothing is, unless a judge is named.
 *
 * @param judgeModel that is asked; null for nobody
 * @param share of answers that are sampled
 * @param perMinuteMax verdicts, the judge's budget
 * @param passMark the least quality of a good answer
 * @param canaries answers with known labels, to ask the judge of in between
 * @param kappa how far the judge agreed with people when it was calibrated
 */
public record LivePolicy(
        @Nullable String judgeModel,
        double share,
        int perMinuteMax,
        double passMark,
        List<Canary> canaries,
        double kappa) {
    private static final long CANARIES_BYTES_MAX = 1 << 24;
    private static final double KAPPA = 0.6;
    private static final double SHARE = 0.05;
    private static final int PER_MINUTE_MAX = 60;
    private static final double PASS_MARK = 0.5;

    /** Nothing is judged. */
    public static final LivePolicy NOBODY = new LivePolicy(null, 0, PER_MINUTE_MAX, PASS_MARK, List.of(), KAPPA);

    public LivePolicy {
        canaries = List.copyOf(canaries);
        if (!(share >= 0 && share <= 1) || !(passMark >= 0 && passMark <= 1) || perMinuteMax < 1) {
            throw new IllegalArgumentException("share and pass-mark are from 0 to 1, per-minute-max is at least 1");
        }
    }

    /** Whether a call is in the sample, by its name, so that every part of Weir would say the same. */
    public boolean samples(String callId) {
        return judgeModel != null
                && Math.floorMod(callId.hashCode() * 0x9E3779B97F4A7C15L, 1_000_000L) < share * 1_000_000;
    }

    /** Of what the configuration says of evaluation. */
    public static LivePolicy read(Section evaluation) {
        Section section = evaluation.section("live");
        String judgeModel = section.text("judge-model").orElse(null);
        double share = section.number("share", 0, 1, SHARE);
        int perMinuteMax = section.integer("per-minute-max", 1, 100_000, PER_MINUTE_MAX);
        double passMark = section.number("pass-mark", 0, 1, PASS_MARK);
        double kappa = section.number("kappa", 0, 1, KAPPA);
        List<Canary> canaries =
                section.file("canaries").map(file -> canaries(section, file)).orElse(List.of());
        return section.make(() -> new LivePolicy(judgeModel, share, perMinuteMax, passMark, canaries, kappa))
                .orElse(NOBODY);
    }

    private static List<Canary> canaries(Section section, Path file) {
        try {
            // Whoever asks what is wrong with a text names any file: a device or a pipe would never end.
            if (Files.exists(file) && (!Files.isRegularFile(file) || Files.size(file) > CANARIES_BYTES_MAX)) {
                throw new IllegalArgumentException(file + " is no file of at most " + CANARIES_BYTES_MAX + " bytes");
            }
            return LabelledVerdicts.read(Files.readString(file));
        } catch (IOException | IllegalArgumentException failure) {
            section.problem("canaries", "cannot be used: " + failure.getMessage());
            return List.of();
        }
    }
}
