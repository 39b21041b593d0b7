package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.SentenceEncoder;

/**
 * A request as the numbers that a learnt head weighs: what can be seen at a glance, the groups of words that are found, and what the last
 * message is about. All of them are about 1 at most, so that one step of learning fits all.
 */
public final class RequestVector {
    private static final int GLANCES = 7;

    /** Logarithms of lengths come to 1 at about so many characters. */
    private static final double LONG = Math.log(8192);

    private RequestVector() {}

    /** The vector of a request. */
    public static double[] of(JsonBody request, SentenceEncoder encoder) {
        return of(PromptFeatures.of(request), encoder);
    }

    static double[] of(PromptFeatures prompt, SentenceEncoder encoder) {
        boolean[] cues = Cues.found(prompt.text());
        float[] meaning = encoder.encode(prompt.text());
        double[] vector = new double[GLANCES + cues.length + meaning.length];
        int at = 0;
        vector[at++] = 1;
        vector[at++] = Math.log1p(prompt.promptChars()) / LONG;
        vector[at++] = Math.min(1, prompt.messageCount() / 16.0);
        vector[at++] = Math.min(1, prompt.lineCount() / 16.0);
        vector[at++] = Math.min(1, prompt.numberCount() / 16.0);
        vector[at++] = prompt.tools() ? 1 : 0;
        vector[at++] = prompt.form() ? 1 : 0;
        for (boolean cue : cues) {
            vector[at++] = cue ? 1 : 0;
        }
        for (float value : meaning) {
            // Of a vector of length 1 the parts are small.
            vector[at++] = value * Math.sqrt(meaning.length) / 2;
        }
        return vector;
    }
}
