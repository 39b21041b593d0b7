package dev.weir.control.evaluation.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.grading.Grade.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Every grader against results worked out by hand. */
class GraderTest {
    private static final GoldenCase GOLDEN = CaseJson.read(
            "{\"id\":\"c\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"checks\":[{\"type\":\"is-refusal\"}]}");

    private final Grader grader = new Grader(Similarity.NONE, RubricJudge.NONE);

    private Grade grade(String check, Answer answer) throws InterruptedException {
        Check read = CaseJson.readCheck(JsonMapper.shared().readTree(check.replace('\'', '"')));
        return grader.grade(GOLDEN, List.of(read), answer).getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'equals','value':'42'} | 42 | PASSED",
                "{'type':'equals','value':'42'} | 42. | FAILED",
                "{'type':'equals','value':'yes','loose':true} | Yes! | PASSED",
                "{'type':'equals','value':'46 euros','loose':true,'after':'Answer:'} | 40 + 6 = 46. Answer: 46 euros. | PASSED",
                "{'type':'equals','value':'46','after':'Answer:'} | 46 | FAILED",
                "{'type':'not-contains','value':'secret'} | nothing here | PASSED",
                "{'type':'not-contains','value':'secret'} | the secret | FAILED",
                "{'type':'contains-any','value':['a1','b2']} | see b2 | PASSED",
                "{'type':'contains-all','value':['a1','b2']} | see b2 | FAILED",
                "{'type':'starts-with','value':'Dear'} | Dear all | PASSED",
                "{'type':'regex','value':'^[A-Z]{2}[0-9]+$'} | AB12 | PASSED",
                "{'type':'numeric','value':1234.5} | that makes 1,234.5 euros | PASSED",
                "{'type':'numeric','value':100,'threshold':0.05} | about 104 | PASSED",
                "{'type':'numeric','value':100,'threshold':0.05} | about 106 | FAILED",
                "{'type':'is-json'} | {\"a\": 1} | PASSED",
                "{'type':'is-json','value':{'type':'object','required':['b']}} | {\"a\": 1} | FAILED",
                "{'type':'contains-json','value':{'required':['a']}} | sure: {\"a\": 1} there | PASSED",
                "{'type':'json-equals','value':{'a':1,'b':[2]}} | {\"b\": [2], \"a\": 1} | PASSED",
                "{'type':'is-refusal'} | I'm sorry, but I can't help with that. | PASSED",
                "{'type':'is-refusal'} | The ship leaves at nine; I cannot say more. | FAILED",
                "{'type':'latency','threshold':10} | x | PASSED",
                "{'type':'cost','threshold':0.01} | x | PASSED",
                "{'type':'similar','value':'x'} | x | UNSCORED",
                "{'type':'llm-rubric','value':'is polite'} | x | UNSCORED"
            })
    void itGradesAsByHand(String check, String answer, Status status) throws InterruptedException {
        assertThat(grade(check.strip(), Answer.of(answer.strip())).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The ferry sails at 13:45.",
                "Sorry for the delay: the gate is 12.",
                "You cannot take a car on this ship."
            })
    void whatAnswersDoesNotDecline(String answer) {
        assertThat(RefusalWords.declines(answer)).isFalse();
    }

    @Test
    void rougeIsTheHarmonicMeanOfPrecisionAndRecall() {
        // "the cat sat on the mat" and "the cat lay on a mat": the longest common subsequence is the, cat, on, mat: 4
        // of 6 and 6.
        assertThat(Overlap.rougeL("the cat sat on the mat", "The cat lay on a mat."))
                .isCloseTo(4 / 6.0, within(1e-12));
        // Words in common with "a b c d": b and d of "b x d": 2 of 4 and 3, so 2 x 2 / 7.
        assertThat(Overlap.rougeN("a b c d", "b x d", 1)).isCloseTo(4 / 7.0, within(1e-12));
        assertThat(Overlap.rougeL("a", "")).isZero();
    }

    @Test
    void bleuIsTheGeometricMeanOfPrecisionsTimesBrevity() {
        // "a b c d" for "a b c d e": 4/4, (3+1)/(3+1), (2+1)/(2+1), (1+1)/(1+1); brevity exp(1 - 5/4).
        assertThat(Overlap.bleu("a b c d e", "a b c d")).isCloseTo(Math.exp(-0.25), within(1e-12));
        // "a b x d" for "a b c d": 3/4, (1+1)/(3+1), (0+1)/(2+1), (0+1)/(1+1).
        assertThat(Overlap.bleu("a b c d", "a b x d"))
                .isCloseTo(Math.pow(0.75 * 0.5 * (1 / 3.0) * 0.5, 0.25), within(1e-12));
        assertThat(Overlap.bleu("a b", "c d")).isZero();
    }

    @Test
    void levenshteinIsAShareOfTheLongerText() {
        // kitten, sitting: three edits of seven characters.
        assertThat(Overlap.levenshtein("kitten", "sitting")).isCloseTo(1 - 3 / 7.0, within(1e-12));
    }

    @Test
    void toolCallsAreABagOfNamesWithEqualArguments() throws InterruptedException {
        String check =
                "{'type':'tool-call','value':[{'name':'book','arguments':{'seat':12}},{'name':'mail','arguments':{}}]}";
        var call = new Answer.ToolCall("book", JsonMapper.shared().readTree("{\"seat\":12}"));
        var other = new Answer.ToolCall("mail", JsonMapper.shared().readTree("{}"));
        assertThat(grade(check, calling(other, call)).status()).isEqualTo(Status.PASSED);
        assertThat(grade(check, calling(call)).status()).isEqualTo(Status.FAILED);
        assertThat(grade(check, calling(call, other, other)).status()).isEqualTo(Status.FAILED);
    }

    @Test
    void whatTakesTooLongOrCostsTooMuchFails() throws InterruptedException {
        Answer slow = new Answer("x", List.of(), "stop", 2500, 1, 1, 0.02);
        assertThat(grade("{'type':'latency','threshold':2000}", slow).status()).isEqualTo(Status.FAILED);
        assertThat(grade("{'type':'latency','threshold':2500}", slow).status()).isEqualTo(Status.PASSED);
        assertThat(grade("{'type':'cost','threshold':0.01}", slow).status()).isEqualTo(Status.FAILED);
    }

    @Test
    void likenessIsTheCosineAndARubricTheJudgesWord() throws InterruptedException {
        Grader asking = new Grader(
                (one, other) -> one.contains("ship") || other.contains("ship") ? 0.75 : 0,
                (_, answer, criterion) -> answer.contains(criterion)
                        ? new RubricJudge.Ruling(Status.PASSED, 1, "so")
                        : new RubricJudge.Ruling(Status.FAILED, 0, "so"));
        assertThat(grade(asking, "{'type':'similar','value':'boat','threshold':0.7}", "ship"))
                .isEqualTo(Status.PASSED);
        assertThat(grade(asking, "{'type':'similar','value':'boat'}", "ship")).isEqualTo(Status.FAILED);
        assertThat(grade(asking, "{'type':'llm-rubric','value':'please'}", "please wait"))
                .isEqualTo(Status.PASSED);
        assertThat(grade(asking, "{'type':'llm-rubric','value':'please'}", "wait"))
                .isEqualTo(Status.FAILED);
    }

    @Test
    void whatDoesNotApplyDecidesNothingAndWhatDecidesHasToBeTold() throws InterruptedException {
        Grader asking = new Grader(
                Similarity.NONE, (_, _, _) -> new RubricJudge.Ruling(Status.NOT_APPLICABLE, 0, "there is no context"));
        assertThat(grade(asking, "{'type':'llm-rubric','value':'is polite','weight':0}", "x"))
                .isEqualTo(Status.NOT_APPLICABLE);
        assertThat(grade(asking, "{'type':'llm-rubric','value':'is polite'}", "x"))
                .isEqualTo(Status.UNSCORED);
    }

    private static Status grade(Grader by, String check, String answer) throws InterruptedException {
        Check read = CaseJson.readCheck(JsonMapper.shared().readTree(check.replace('\'', '"')));
        return by.grade(GOLDEN, List.of(read), Answer.of(answer)).getFirst().status();
    }

    private static Answer calling(Answer.ToolCall... calls) {
        return new Answer("", List.of(calls), "tool_calls", 5, 1, 1, 0);
    }
}
