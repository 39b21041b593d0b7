package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.GoldenCase;
import java.util.List;

/**
 * What came of an import.
 *
 * @param unsupported what was left out, and where it was
 */
public record Imported(List<GoldenCase> cases, List<String> unsupported) {
    public Imported {
        cases = List.copyOf(cases);
        unsupported = List.copyOf(unsupported);
    }
}
