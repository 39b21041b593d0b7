package dev.weir.control.rollout.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssignmentTest {
    private static final HashVersion HASH = HashVersion.SHA256_53;
    private static final int UNIT_COUNT = 20_000;

    /** Golden vectors, computed by another implementation. If one fails, every sticky unit of every running rollout has moved. */
    @ParameterizedTest
    @CsvSource({
        "r1, acme, c1, 0.2904836729991942",
        "r1, acme, c2, 0.05551085223062657",
        "r2, acme, c1, 0.7591951168627044",
        "r1, acmec, 1, 0.7430591824433442",
        "r1, '', c1, 0.4316081754697827",
        "r1, klinik, gespräch-7, 0.4642710492583162",
        "e1/arm, acme, ada, 0.1450502427301542"
    })
    void positionsNeverChange(String seed, String tenant, String unit, double position) {
        assertThat(HASH.position(seed, tenant, unit)).isEqualTo(position);
    }

    @Test
    void aConversationStaysWithTheCandidateWhileTheShareGrows() {
        Set<Integer> before = new HashSet<>();
        for (double share : new double[] {0, 0.05, 0.25, 0.5, 1}) {
            Set<Integer> now = candidates("r1", share);
            assertThat(now).containsAll(before);
            // Four standard deviations of a binomial count.
            assertThat((double) now.size())
                    .isBetween(
                            UNIT_COUNT * share - 4 * Math.sqrt(UNIT_COUNT * share * (1 - share)),
                            UNIT_COUNT * share + 4 * Math.sqrt(UNIT_COUNT * share * (1 - share)));
            before = now;
        }
    }

    @Test
    void anotherRolloutPicksOtherConversations() {
        Set<Integer> both = candidates("r1", 0.5);
        both.retainAll(candidates("r2", 0.5));
        // Independent halves share a quarter: 5,000, give or take 4 standard deviations of 61.
        assertThat(both.size()).isBetween(4_755, 5_245);
    }

    @Test
    void coveringMoreUsersMovesNobodyToAnotherArm() {
        ExperimentAssignment narrow = new ExperimentAssignment("e1", HASH, 0.2, List.of("a", "b", "c"));
        ExperimentAssignment wide = new ExperimentAssignment("e1", HASH, 0.9, List.of("a", "b", "c"));
        int covered = 0;
        for (int user = 0; user < UNIT_COUNT; user++) {
            String name = "user" + user;
            if (narrow.armOf("acme", name).isPresent()) {
                covered++;
                assertThat(wide.armOf("acme", name)).isEqualTo(narrow.armOf("acme", name));
            }
        }
        assertThat(covered).isBetween(3_774, 4_226);
    }

    @Test
    void armsAreOfEqualSizeAndIndependentOfEachOthersExperiment() {
        ExperimentAssignment first = new ExperimentAssignment("e1", HASH, 1, List.of("a", "b"));
        ExperimentAssignment second = new ExperimentAssignment("e2", HASH, 1, List.of("x", "y"));
        int[][] cells = new int[2][2];
        for (int user = 0; user < UNIT_COUNT; user++) {
            String name = "user" + user;
            int row = first.armOf("acme", name).orElseThrow().equals("a") ? 0 : 1;
            int column = second.armOf("acme", name).orElseThrow().equals("x") ? 0 : 1;
            cells[row][column]++;
        }
        double chiSquared = 0;
        double expected = UNIT_COUNT / 4.0;
        for (int[] row : cells) {
            for (int cell : row) {
                chiSquared += (cell - expected) * (cell - expected) / expected;
            }
        }
        // The 99.9 % quantile with 3 degrees of freedom.
        assertThat(chiSquared).isLessThan(16.27);
    }

    @Test
    void impossibleAssignmentsAreRefused() {
        assertThatThrownBy(() -> new CanaryAssignment("r1", HASH, 1.5)).hasMessageContaining("candidateShare");
        assertThatThrownBy(() -> new CanaryAssignment(" ", HASH, 0.5)).hasMessageContaining("rolloutId");
        assertThatThrownBy(() -> new ExperimentAssignment("e", HASH, 1, List.of("a", "a")))
                .hasMessageContaining("different arms");
        assertThatThrownBy(() -> new ExperimentAssignment("e", HASH, -0.1, List.of("a", "b")))
                .hasMessageContaining("coverage");
    }

    private static Set<Integer> candidates(String rolloutId, double share) {
        CanaryAssignment assignment = new CanaryAssignment(rolloutId, HASH, share);
        Set<Integer> candidates = new HashSet<>();
        for (int unit = 0; unit < UNIT_COUNT; unit++) {
            if (assignment.isCandidate("acme", "conversation" + unit)) {
                candidates.add(unit);
            }
        }
        return candidates;
    }
}
