package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.judge.Agreement;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.evaluation.run.CaseOutcome;
import dev.weir.control.evaluation.run.EvaluationRun;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What people say of some of a run's answers.
 *
 * @param correct whether an answer is right, by its case
 */
public record AnswerLabels(Map<String, Boolean> correct) {
    public static final AnswerLabels NONE = new AnswerLabels(Map.of());

    /** Of the judge's verdicts on one case, where it was asked several times. */
    private static final double PASS_MARK = 0.5;

    public AnswerLabels {
        if (correct.values().stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("a label is true or false, and nothing else");
        }
        correct = Map.copyOf(correct);
    }

    /** Of lines of JSON: {@code {"case": "refund-7", "correct": true}}. */
    public static AnswerLabels read(String lines) {
        Map<String, Boolean> correct = new HashMap<>();
        int number = 0;
        for (String line : lines.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                JsonNode label = json(line, number);
                if (!label.path("case").isString() || !label.path("correct").isBoolean()) {
                    throw new IllegalArgumentException(
                            "line " + number + " is no label: {\"case\":\"refund-7\",\"correct\":true} would be one");
                }
                correct.put(label.path("case").asString(), label.path("correct").asBoolean());
            }
        }
        return new AnswerLabels(correct);
    }

    private static JsonNode json(String line, int number) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("line " + number + " is not JSON: " + malformed.getOriginalMessage());
        }
    }

    /** How often the run is right; empty where people or the judge have said too little. */
    Optional<CorrectedAccuracy> accuracy(Map<String, CaseOutcome> outcomes) {
        for (String id : correct.keySet()) {
            if (!outcomes.containsKey(id)) {
                throw new IllegalArgumentException("there is a label for '" + id + "', which is no case of the run");
            }
        }
        Agreement labelled = Agreement.NONE;
        long judgedCount = 0;
        long passedCount = 0;
        for (CaseOutcome outcome : outcomes.values()) {
            Double judged = outcome.metrics().get(EvaluationRun.JUDGED_METRIC);
            if (judged == null) {
                continue;
            }
            boolean passes = judged >= PASS_MARK;
            Boolean label = correct.get(outcome.caseId());
            if (label != null) {
                labelled = labelled.plus(passes, label);
            } else {
                judgedCount++;
                passedCount += passes ? 1 : 0;
            }
        }
        return CorrectedAccuracy.of(labelled, passedCount, judgedCount);
    }
}
