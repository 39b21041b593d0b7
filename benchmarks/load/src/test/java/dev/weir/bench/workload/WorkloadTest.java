package dev.weir.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTest {
    private static final Lengths SHORT = new Lengths.Fixed(20);
    private static final Lengths OUTPUT = new Lengths.Uniform(5, 50);

    @TempDir
    Path folder;

    private static List<Session> sessions(Workload workload, long seed) {
        return workload.sessions(50, seed, TokenCounter.approximate());
    }

    private static List<String> prompts(List<Session> sessions) {
        return sessions.stream()
                .map(session -> session.turns().getFirst().adds().getLast().content())
                .toList();
    }

    @Test
    void theSameSeedMakesTheSameSessionsAndAnotherSeedOthers() {
        Workload workload = new Workload.Synthetic(SHORT, OUTPUT);

        assertThat(sessions(workload, 5)).isEqualTo(sessions(workload, 5));
        assertThat(prompts(sessions(workload, 5))).doesNotContainAnyElementsOf(prompts(sessions(workload, 6)));
    }

    @Test
    void tenantsBeginTheirPromptsAlikeAndEndThemDifferently() {
        List<String> prompts = prompts(sessions(new Workload.SharedPrefix(3, 200, SHORT, OUTPUT), 5));

        assertThat(prompts.stream().map(prompt -> prompt.substring(0, 600)).distinct())
                .hasSize(3);
        assertThat(prompts).doesNotHaveDuplicates();
    }

    @Test
    void conversationsHaveTheirTurns() {
        assertThat(sessions(new Workload.MultiTurn(4, SHORT, OUTPUT), 5))
                .allSatisfy(session -> assertThat(session.turns()).hasSize(4));
    }

    @Test
    void promptsOfAFileAreShuffledAndUsedAgainWhenTheyAreTooFew() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.jsonl"), """
                {"prompt": "one", "max_tokens": 7}

                {"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "two"}]}
                """);
        Workload workload = PromptFile.read(file, SHORT, 1);
        List<Session> sessions = sessions(workload, 1);

        assertThat(sessions).hasSize(50);
        assertThat(prompts(sessions)).containsOnly("one", "two");
        Turn one = sessions.get(prompts(sessions).indexOf("one")).turns().getFirst();
        Turn two = sessions.get(prompts(sessions).indexOf("two")).turns().getFirst();
        assertThat(one.outputTokensMax()).isEqualTo(7);
        assertThat(two.outputTokensMax()).isEqualTo(20);
        assertThat(two.adds()).hasSize(2);
    }

    @Test
    void aLineThatIsNoPromptIsRefusedByItsNumber() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.jsonl"), "{\"prompt\": \"one\"}\n{\"text\": \"two\"}\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptFile.read(file, SHORT, 1))
                .withMessageContaining("line 2");
    }
}
