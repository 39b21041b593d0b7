package dev.weir.control.rollout;

/** What is counted of every answer, each as "bad or not": a share of bad events can be judged exactly, whatever the distribution behind it. */
public enum Metric {
    /** A server's fault, a time-out, an engine that gave up, an empty or invalid answer; not what the caller got wrong or cancelled. */
    ERROR("errors", false),
    /** The first token took longer than 1.5 times the baseline's trailing P95. */
    TIME_TO_FIRST_TOKEN("slow first tokens", false),
    /** Each further token took, on average, longer than 1.5 times the baseline's trailing P95. */
    TIME_PER_TOKEN("slow tokens", false),
    /** The whole answer took longer than 1.5 times the baseline's trailing P95. */
    END_TO_END("slow answers", false),
    /** The judge found the answer contradicted or unsupported. */
    HALLUCINATION("hallucinations", true),
    /** The judge's score is below the pass mark. */
    LOW_QUALITY("answers below the pass mark", true);

    private final String plural;
    private final boolean judged;

    Metric(String plural, boolean judged) {
        this.plural = plural;
        this.judged = judged;
    }

    /** As it is called in a sentence. */
    public String plural() {
        return plural;
    }

    /** Whether it is a time that answers take: long while an engine that has just begun warms up. */
    public boolean isLatency() {
        return switch (this) {
            case TIME_TO_FIRST_TOKEN, TIME_PER_TOKEN, END_TO_END -> true;
            case ERROR, HALLUCINATION, LOW_QUALITY -> false;
        };
    }

    /** Whether a judge has to say it, of a sample; otherwise every request says it by itself. */
    public boolean isJudged() {
        return judged;
    }
}
