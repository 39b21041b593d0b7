package dev.weir.models.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.classification.LearnedHead;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.models.domain.Message;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Row;
import dev.weir.models.evaluation.Outcomes.Token;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of two kinds of questions the cheap model gets one right and the dear one both. */
class RoutingReportTest {
    static final List<String> MODELS = List.of("cheap", "middling", "dear");
    static final double[] COSTS = {1, 2, 4};

    private final RoutingReport report = new RoutingReport(outcomes(), MODELS, COSTS);

    @Test
    void waysOfChoosingAreComparedByWhatWasMeasured() {
        assertThat(report.always(0)).isEqualTo(new RoutingReport.Line(0.5, 0.25));
        assertThat(report.always(2)).isEqualTo(new RoutingReport.Line(1, 1));
        assertThat(report.oracle().accuracy()).isEqualTo(1);
        assertThat(report.oracle().cost()).isEqualTo((0.5 * 1 + 0.5 * 4) / 4, within(1e-9));
        assertThat(report.accuracyOfMixing(0.625)).isEqualTo(0.75, within(1e-9));
    }

    @Test
    void anOracleThatMayLoseSparesWhatCostsMost() {
        assertThat(report.oracle(0)).isEqualTo(report.oracle());
        assertThat(report.oracle(0.1).accuracy()).isEqualTo(0.9, within(1e-9));
        assertThat(report.oracle(0.1).cost()).isEqualTo((0.6 * 1 + 0.4 * 4) / 4, within(1e-9));
        assertThat(report.oracle(1).cost()).isEqualTo(report.always(0).cost(), within(1e-9));
    }

    @Test
    void whatTellsThemApartIsLearnt() {
        HashedEncoder encoder =
                HashedEncoder.of(new float[][] {{1, 0}, {0, 1}, {1, 1}, {-1, 1}, {1, -1}, {2, 1}, {1, 2}});
        LearnedHead head = new RouterTraining(encoder, MODELS, COSTS).train(outcomes());
        RoutingReport.Line routed = report.routed(head, encoder);
        assertThat(routed.accuracy()).isEqualTo(1);
        assertThat(routed.cost()).isEqualTo(report.oracle().cost(), within(1e-9));
        assertThat(report.routedConfidently(head, encoder)).isEqualTo(routed);
        Neighbours neighbours = new Neighbours(encoder, outcomes(), MODELS, COSTS, 4);
        assertThat(report.routed(neighbours::choose)).isEqualTo(routed);
    }

    /** One token among ten is what tells. */
    private static List<Token> tokens(double lowest) {
        List<Token> tokens = new ArrayList<>(Collections.nCopies(9, new Token("x", -0.001, -7)));
        tokens.add(new Token("7", lowest, -1));
        return tokens;
    }

    static Outcomes outcomes() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            boolean hard = i % 2 == 0;
            String question = hard ? "Calculate the total of " + i + " and 7" : "Hello there, number " + i;
            rows.add(new Row(
                    "case-" + i,
                    "type",
                    List.of(new Message(Message.USER, question)),
                    Map.of(
                            "cheap", new Answer(!hard, "x", tokens(hard ? -1.0 : -0.01), 10, 10),
                            "middling", new Answer(!hard, "x", tokens(hard ? -1.0 : -0.01), 10, 10),
                            "dear", new Answer(true, "x", tokens(-0.01), 10, 10))));
        }
        return new Outcomes(rows);
    }
}
