package dev.weir.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairSharesTest {

    private final FairShares shares = new FairShares();

    @Test
    void whatTenantsGetStandsInTheProportionOfTheirWeights() {
        List<FairShares.Share> tenants =
                List.of(shares.enter("one", 1), shares.enter("two", 2), shares.enter("five", 5));
        int[] tokens = new int[3];
        for (int turn = 0; turn < 8000; turn++) {
            int next = 0;
            for (int index = 1; index < 3; index++) {
                next = tenants.get(index).isBehind(tenants.get(next)) ? index : next;
            }
            int cost = 1 + turn % 100; // whatever single requests cost
            shares.turn(tenants.get(next));
            shares.charge(tenants.get(next), cost);
            tokens[next] += cost;
        }
        assertThat(tokens[1] / (double) tokens[0]).isBetween(1.98, 2.02);
        assertThat(tokens[2] / (double) tokens[0]).isBetween(4.95, 5.05);
    }

    @Test
    void havingAskedForNothingEarnsNothing() {
        FairShares.Share busy = shares.enter("busy", 1);
        for (int turn = 0; turn < 100; turn++) {
            shares.turn(busy);
            shares.charge(busy, 10);
        }
        FairShares.Share newcomer = shares.enter("newcomer", 1);
        int turns = 0;
        while (newcomer.isBehind(busy)) {
            shares.turn(newcomer);
            shares.charge(newcomer, 10);
            turns++;
        }
        assertThat(turns).isEqualTo(1);
    }

    @Test
    void leavingAndComingBackDoesNotClearADebt() {
        FairShares.Share busy = shares.enter("busy", 1);
        FairShares.Share other = shares.enter("other", 1);
        shares.charge(busy, 1000);
        shares.leave(busy);
        assertThat(other.isBehind(shares.enter("busy", 1))).isTrue();
    }

    @Test
    void tenantsThatComeAndGoAreNotRememberedForEver() {
        FairShares.Share working = shares.enter("working", 1);
        for (int number = 0; number < 10 * FairShares.REMEMBERED_MAX; number++) {
            FairShares.Share passing = shares.enter("passing-" + number, 1);
            shares.turn(passing);
            shares.charge(passing, 100);
            shares.leave(passing);
        }
        assertThat(shares.rememberedCount()).isLessThanOrEqualTo(FairShares.REMEMBERED_MAX + 1);
        assertThat(shares.enter("working", 1)).isSameAs(working);
    }

    @Test
    void tenantsThatAreHereAreNeverForgotten() {
        List<FairShares.Share> here = new ArrayList<>();
        for (int number = 0; number < 2 * FairShares.REMEMBERED_MAX; number++) {
            here.add(shares.enter("here-" + number, 1));
        }
        assertThat(shares.rememberedCount()).isEqualTo(here.size());
        here.forEach(shares::leave);
        assertThat(shares.rememberedCount()).isZero();
    }
}
