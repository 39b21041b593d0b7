package dev.weir.models.evaluation;

import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.LabelledCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks every case, so many at a time. The first failure ends it: an accuracy over part of the cases would mislead. */
public record Evaluation(EvaluationSet set, int concurrency) {
    public Evaluation {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1: " + concurrency);
        }
    }

    /** One outcome per case, in the order of the set. */
    public List<Outcome> run(String model, Answerer answerer) throws IOException, InterruptedException {
        try (ExecutorService workers = Executors.newFixedThreadPool(concurrency)) {
            List<Future<Outcome>> pending = new ArrayList<>();
            for (LabelledCase labelled : set.cases()) {
                pending.add(workers.submit(() -> Outcome.of(labelled, answerer.answer(model, labelled.messages()))));
            }
            List<Outcome> outcomes = new ArrayList<>();
            try {
                for (Future<Outcome> outcome : pending) {
                    outcomes.add(outcome.get());
                }
            } catch (ExecutionException e) {
                workers.shutdownNow();
                String id = set.cases().get(outcomes.size()).id();
                throw new IOException("case %s, model %s: %s".formatted(id, model, e.getCause()), e);
            }
            return outcomes;
        }
    }
}
