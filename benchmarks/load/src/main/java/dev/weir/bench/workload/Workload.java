package dev.weir.bench.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What a run asks. */
public sealed interface Workload permits PromptFile, Workload.MultiTurn, Workload.SharedPrefix, Workload.Synthetic {

    /** So many sessions; the same for the same seed. */
    List<Session> sessions(int count, long seed, TokenCounter counter);

    /** How many requests each session makes. */
    default int turnsPerSession() {
        return 1;
    }

    /** Everything that makes it this workload, by name: two runs may be compared where these are equal. */
    Map<String, String> description();

    /** Prompts that have nothing in common. */
    record Synthetic(Lengths prompt, Lengths output) implements Workload {
        @Override
        public List<Session> sessions(int count, long seed, TokenCounter counter) {
            SplittableRandom random = new SplittableRandom(seed);
            PromptWriter writer = new PromptWriter(counter);
            List<Session> sessions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String text = writer.write(prompt.draw(random), random);
                sessions.add(Session.of(Turn.ofUser(text, output.draw(random))));
            }
            return sessions;
        }

        @Override
        public Map<String, String> description() {
            return described("workload", "synthetic", "prompt_tokens", prompt, "output_tokens", output);
        }
    }

    /** Prompts of several tenants, each of which begins all of its own with the same instructions. */
    record SharedPrefix(int prefixCount, int prefixTokens, Lengths prompt, Lengths output) implements Workload {
        private static final int PREFIX_COUNT_MAX = 10_000;

        public SharedPrefix {
            if (prefixCount < 1 || prefixCount > PREFIX_COUNT_MAX) {
                throw new IllegalArgumentException(
                        "there must be 1 to " + PREFIX_COUNT_MAX + " prefixes, not " + prefixCount);
            }
            if (prefixTokens < 1 || prefixTokens > Lengths.TOKENS_MAX) {
                throw new IllegalArgumentException(
                        "a prefix must have 1 to " + Lengths.TOKENS_MAX + " tokens, not " + prefixTokens);
            }
        }

        @Override
        public List<Session> sessions(int count, long seed, TokenCounter counter) {
            SplittableRandom random = new SplittableRandom(seed);
            PromptWriter writer = new PromptWriter(counter);
            List<String> prefixes = new ArrayList<>(prefixCount);
            for (int i = 0; i < prefixCount; i++) {
                prefixes.add(writer.write(prefixTokens, random));
            }
            List<Session> sessions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String prefix = prefixes.get(random.nextInt(prefixCount));
                String text = writer.extend(prefix, prefixTokens + prompt.draw(random), random);
                sessions.add(Session.of(Turn.ofUser(text, output.draw(random))));
            }
            return sessions;
        }

        @Override
        public Map<String, String> description() {
            return described(
                    "workload",
                    "shared-prefix",
                    "prefixes",
                    prefixCount,
                    "prefix_tokens",
                    prefixTokens,
                    "prompt_tokens",
                    prompt,
                    "output_tokens",
                    output);
        }
    }

    /** Conversations: every turn repeats all that was said before it. */
    record MultiTurn(int turns, Lengths prompt, Lengths output) implements Workload {
        private static final int TURNS_MAX = 1_000;

        public MultiTurn {
            if (turns < 1 || turns > TURNS_MAX) {
                throw new IllegalArgumentException(
                        "a conversation must have 1 to " + TURNS_MAX + " turns, not " + turns);
            }
        }

        @Override
        public int turnsPerSession() {
            return turns;
        }

        @Override
        public List<Session> sessions(int count, long seed, TokenCounter counter) {
            SplittableRandom random = new SplittableRandom(seed);
            PromptWriter writer = new PromptWriter(counter);
            List<Session> sessions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                List<Turn> asked = new ArrayList<>(turns);
                for (int turn = 0; turn < turns; turn++) {
                    asked.add(Turn.ofUser(writer.write(prompt.draw(random), random), output.draw(random)));
                }
                sessions.add(new Session(asked));
            }
            return sessions;
        }

        @Override
        public Map<String, String> description() {
            return described(
                    "workload", "multi-turn", "turns", turns, "prompt_tokens", prompt, "output_tokens", output);
        }
    }

    private static Map<String, String> described(Object... namesAndValues) {
        Map<String, String> description = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            description.put(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
        }
        return description;
    }
}
