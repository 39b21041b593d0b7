package dev.weir.control.evaluation.grading;

import java.io.IOException;

/** How alike two texts are in meaning. */
@FunctionalInterface
public interface Similarity {
    /** Where no model for embeddings was named. */
    Similarity NONE = (_, _) -> {
        throw new IOException("no model for embeddings was named");
    };

    /** The cosine between the texts' embeddings. */
    double cosine(String one, String other) throws IOException, InterruptedException;
}
