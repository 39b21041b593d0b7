package dev.weir.control.classification;

/** How much a request asks of a model. */
public enum Difficulty {
    SIMPLE,
    MODERATE,
    COMPLEX
}
