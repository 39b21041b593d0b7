package dev.weir.control.evaluation.desk;

import dev.weir.control.configuration.Section;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.util.List;

/**
 * What a rollout has to have passed before it may begin; {@code evaluation.start-gate} of the configuration.
 *
 * @param sets golden sets, all of them; where none is named, any one will do
 * @param caseCountMin of a set that counts
 */
public record StartRules(List<String> sets, int caseCountMin) {
    private static final int CASE_COUNT_MIN = 100;

    /** Any set of a hundred cases. */
    public static final StartRules STANDARD = new StartRules(List.of(), CASE_COUNT_MIN);

    public StartRules {
        sets = List.copyOf(sets);
        if (caseCountMin < 1) {
            throw new IllegalArgumentException("a set that counts has a case at least: " + caseCountMin);
        }
    }

    /** Of what the configuration says of evaluation. */
    public static StartRules read(Section evaluation) {
        Section section = evaluation.section("start-gate");
        List<String> sets = section.texts("golden-sets");
        int caseCountMin = section.integer("cases-min", 1, GoldenSet.CASES_MAX, CASE_COUNT_MIN);
        return section.make(() -> new StartRules(sets, caseCountMin)).orElse(STANDARD);
    }
}
