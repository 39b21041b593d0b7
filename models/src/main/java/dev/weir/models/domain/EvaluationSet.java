package dev.weir.models.domain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Labelled cases, one question each, every question different. */
public record EvaluationSet(List<LabelledCase> cases) {
    /** The seed of the committed set. */
    public static final long SEED = 20_261_121;

    /** How many cases of each difficulty the committed set has. */
    public static final Map<Difficulty, Integer> COUNTS =
            Map.of(Difficulty.SIMPLE, 400, Difficulty.MODERATE, 360, Difficulty.COMPLEX, 360, Difficulty.JUDGE, 200);

    private static final JsonMapper MAPPER = JsonMapper.shared();

    public EvaluationSet {
        cases = List.copyOf(cases);
    }

    /** The given number of cases per difficulty, spread evenly over its types. */
    public static EvaluationSet generate(Split split, long seed, Map<Difficulty, Integer> counts) {
        ConversationGenerator generator = new ConversationGenerator(split, seed);
        Map<Difficulty, List<TaskType>> types = new EnumMap<>(Difficulty.class);
        for (TaskType type : TaskType.values()) {
            types.computeIfAbsent(type.difficulty(), _ -> new ArrayList<>()).add(type);
        }
        List<LabelledCase> cases = new ArrayList<>();
        Set<List<Message>> asked = new HashSet<>();
        types.forEach((difficulty, members) -> {
            int count = counts.getOrDefault(difficulty, 0);
            for (int i = 0; i < count; ) {
                String id = String.format(Locale.ROOT, "%s-%04d", difficulty.label(), i + 1);
                LabelledCase candidate = LabelledCase.of(id, generator.single(members.get(i % members.size())));
                if (asked.add(candidate.messages())) {
                    cases.add(candidate);
                    i++;
                }
            }
        });
        return new EvaluationSet(cases);
    }

    public void write(Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        cases.forEach(
                labelled -> lines.append(MAPPER.writeValueAsString(labelled)).append('\n'));
        Files.writeString(file, lines);
    }

    public static EvaluationSet read(Path file) throws IOException {
        List<LabelledCase> cases = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            try {
                cases.add(MAPPER.readValue(lines.get(i), LabelledCase.class));
            } catch (JacksonException e) {
                throw new IOException(
                        "%s, line %d is not a labelled case: %s".formatted(file, i + 1, e.getOriginalMessage()), e);
            } catch (UncheckedIOException e) {
                throw new IOException(file + " cannot be read", e);
            }
        }
        return new EvaluationSet(cases);
    }
}
