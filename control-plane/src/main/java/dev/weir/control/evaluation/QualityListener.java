package dev.weir.control.evaluation;

/** Hears of judged answers, on the judge's threads, one event at a time for each answer; must not block. */
public interface QualityListener {
    void accept(QualityEvent event);
}
