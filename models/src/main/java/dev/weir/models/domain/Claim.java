package dev.weir.models.domain;

/**
 * A question with a right and a wrong answer, for the judge to tell apart.
 *
 * @param question asks for the value
 * @param answer the right answer as the assistant gives it, without its full stop
 * @param sentence a plain answer, with one {@code %s} for the value
 * @param value what the record says
 * @param wrongValue what the record does not say here
 */
record Claim(Phrase question, String answer, String sentence, String value, String wrongValue) {}
