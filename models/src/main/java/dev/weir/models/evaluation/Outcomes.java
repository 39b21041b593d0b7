package dev.weir.models.evaluation;

import dev.weir.control.completion.ScoredAnswer;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.LabelledCase;
import dev.weir.models.domain.Message;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What every model made of every case: what a router learns from, and what routing is judged by. */
public record Outcomes(List<Row> rows) {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    public Outcomes {
        rows = List.copyOf(rows);
    }

    /**
     * One case.
     *
     * @param answers by model
     */
    public record Row(String id, String type, List<Message> messages, Map<String, Answer> answers) {
        public Row {
            messages = List.copyOf(messages);
            answers = new LinkedHashMap<>(answers);
        }
    }

    /**
     * What one model said.
     *
     * @param tokens with how sure it was of each
     */
    public record Answer(boolean right, String text, List<Token> tokens, int inputTokens, int outputTokens) {
        public Answer {
            tokens = List.copyOf(tokens);
        }

        /** As a second look sees it. */
        public ScoredAnswer scored() {
            return new ScoredAnswer(
                    text,
                    tokens.stream()
                            .map(token -> new ScoredAnswer.Token(token.text(), token.logprob()))
                            .toList());
        }
    }

    /**
     * A token of an answer.
     *
     * @param rival the log-probability of the likeliest token beside it
     */
    public record Token(String text, double logprob, double rival) {}

    /** Asks every model every case, so many requests at a time. */
    public static Outcomes collect(EvaluationSet set, List<String> models, HttpAnswerer answerer, int concurrency)
            throws IOException, InterruptedException {
        try (ExecutorService workers = Executors.newFixedThreadPool(concurrency)) {
            List<Future<Row>> pending = new ArrayList<>();
            for (LabelledCase labelled : set.cases()) {
                pending.add(workers.submit(() -> ask(labelled, models, answerer)));
            }
            List<Row> rows = new ArrayList<>();
            for (Future<Row> row : pending) {
                rows.add(row.get());
            }
            return new Outcomes(rows);
        } catch (ExecutionException failure) {
            throw new IOException("not every case could be asked: " + failure.getCause(), failure);
        }
    }

    private static Row ask(LabelledCase labelled, List<String> models, HttpAnswerer answerer)
            throws IOException, InterruptedException {
        Map<String, Answer> answers = new LinkedHashMap<>();
        for (String model : models) {
            HttpAnswerer.Scored scored = answerer.scored(model, labelled.messages());
            answers.put(
                    model,
                    new Answer(
                            labelled.accepts(scored.text()),
                            scored.text(),
                            scored.tokens(),
                            scored.inputTokens(),
                            scored.outputTokens()));
        }
        return new Row(labelled.id(), labelled.type(), labelled.messages(), answers);
    }

    /** The same cases, with other answers of the models that are in both. */
    public Outcomes with(Outcomes newer) {
        List<Row> both = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Map<String, Answer> answers = new LinkedHashMap<>(row.answers());
            answers.putAll(newer.rows().get(i).answers());
            both.add(new Row(row.id(), row.type(), row.messages(), answers));
        }
        return new Outcomes(both);
    }

    public void write(Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Row row : rows) {
                out.write(MAPPER.writeValueAsString(row));
                out.write('\n');
            }
        }
    }

    public static Outcomes read(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            try {
                rows.add(MAPPER.readValue(line, Row.class));
            } catch (JacksonException malformed) {
                throw new IOException(
                        "%s, line %d is no outcome: %s"
                                .formatted(file, rows.size() + 1, malformed.getOriginalMessage()),
                        malformed);
            }
        }
        return new Outcomes(rows);
    }
}
