package dev.weir.control.evaluation.desk;

import java.util.List;

/**
 * What a rollout has to have passed before it may begin.
 *
 * @param sets golden sets, all of them; where none is named, any one will do
 * @param caseCountMin of a set that counts
 */
public record StartRules(List<String> sets, int caseCountMin) {
    public static final StartRules STANDARD = new StartRules(List.of(), 100);

    public StartRules {
        sets = List.copyOf(sets);
        if (caseCountMin < 1) {
            throw new IllegalArgumentException("a set that counts has a case at least: " + caseCountMin);
        }
    }
}
