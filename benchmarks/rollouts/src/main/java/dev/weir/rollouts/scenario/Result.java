package dev.weir.rollouts.scenario;

import java.util.List;

/**
 * What a scenario came to.
 *
 * @param curves times to detection, for a plot; may be empty
 */
public record Result(String id, String title, List<Figure> figures, List<Curve> curves) {

    /** How long it took in each run, in seconds, ascending. */
    public record Curve(String name, List<Double> seconds) {}

    public boolean met() {
        return figures.stream().allMatch(Figure::met);
    }
}
