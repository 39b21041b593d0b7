package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineState.Ready;
import dev.weir.control.fleet.EngineState.Unready;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final Engine FIRST = Engine.at(URI.create("http://127.0.0.1:8101"));
    private static final Engine SECOND = Engine.at(URI.create("http://127.0.0.1:8102"));

    private static final BreakerLimits LIMITS = new BreakerLimits(2, Duration.ofSeconds(30), 1, Duration.ofSeconds(10));

    private Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private final Fleet fleet = new Fleet(List.of(FIRST, SECOND), LIMITS, () -> now, () -> 0);

    @Test
    void requestsGoToTheLeastBusyEngineThatHasTheModel() {
        fleet.update(FIRST, ready("a", "b"));
        fleet.update(SECOND, ready("b"));
        EngineLease one = assigned("b");
        EngineLease two = assigned("b");
        EngineLease three = assigned("a");
        assertThat(Stream.of(one, two, three).map(EngineLease::engine)).containsExactly(FIRST, SECOND, FIRST);
        assertThat(fleet.underWayCount(FIRST)).isEqualTo(2);
        one.close();
        one.close();
        assertThat(fleet.underWayCount(FIRST)).isEqualTo(1);
    }

    @Test
    void aModelThatNobodyHasIsUnknownAndTheKnownOnesAreNamed() {
        fleet.update(FIRST, ready("a", "b"));
        fleet.update(SECOND, ready("b", "c"));
        assertThat(fleet.assign("x")).isEqualTo(new UnknownModel(List.of("a", "b", "c")));
    }

    @Test
    void aModelWhoseEngineIsAwayIsNotUnknown() {
        fleet.update(FIRST, ready("a"));
        fleet.update(SECOND, ready("b"));
        fleet.unreachable(FIRST);
        assertThat(fleet.assign("a")).isEqualTo(new NoneReady("engine 127.0.0.1:8101: it could not be reached"));
        assertThat(fleet.assign("b")).isInstanceOf(Assigned.class);
        assertThat(fleet.assign("x")).isEqualTo(new UnknownModel(List.of("b")));
    }

    @Test
    void theEngineWhereTheModelIsNearestToAnsweringIsAsked() {
        fleet.update(FIRST, having("SLEEPING", false));
        fleet.update(SECOND, having("SLEEPING", true));
        assertThat(assigned("a").engine()).isEqualTo(SECOND);
        assertThat(fleet.snapshot().models())
                .extracting(ServedModel::wakesOnRequest)
                .containsExactly(true);
        fleet.update(FIRST, ready("a"));
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
        assertThat(fleet.snapshot().models()).containsExactly(ServedModel.ready("a"));
    }

    @Test
    void theEngineItselfSaysWhyItsModelCannotBeAsked() {
        fleet.update(FIRST, having("LOADING", false));
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
    }

    @Test
    void beforeAnyEngineAnswersNoModelIsUnknown() {
        assertThat(fleet.assign("a")).isInstanceOf(NoneReady.class);
    }

    @Test
    void anEngineIsReadySinceItBecameSo() {
        fleet.update(FIRST, ready("a"));
        Instant readySince = now;
        now = now.plusSeconds(60);
        fleet.update(FIRST, ready("a", "b"));
        assertThat(fleet.snapshot().engines().getFirst().since()).isEqualTo(readySince);
        fleet.unreachable(FIRST);
        assertThat(fleet.snapshot().engines().getFirst().since()).isEqualTo(now);
    }

    @Test
    void aSnapshotStaysAsItWas() {
        fleet.update(FIRST, ready("a"));
        FleetSnapshot before = fleet.snapshot();
        fleet.unreachable(FIRST);
        assertThat(before.ready()).hasSize(1);
        assertThat(fleet.snapshot().ready()).isEmpty();
    }

    @Test
    void membersComeAndGoAndWhatIsKnownOfTheOthersStays() {
        fleet.update(FIRST, ready("a"));
        fleet.update(SECOND, ready("a"));
        EngineLease under = assigned("a");
        Engine third = new Engine("third", URI.create("http://127.0.0.1:8103"), "north");
        fleet.setMembers(Fleet.Origin.CONFIGURED, List.of(third));
        assertThat(fleet.snapshot().ready()).extracting(EngineView::engine).containsExactly(FIRST, SECOND);
        assertThat(fleet.underWayCount(FIRST)).isEqualTo(1);
        fleet.setMembers(Fleet.Origin.STARTED, List.of(SECOND));
        assertThat(fleet.snapshot().engines()).extracting(EngineView::engine).containsExactly(SECOND, third);
        under.failed();
        under.close(); // at an engine that has left
        fleet.unreachable(FIRST);
        assertThat(assigned("a").engine()).isEqualTo(SECOND);
    }

    @Test
    void oneNameAndOneAddressAreOneEngine() {
        Engine renamed = new Engine("renamed", FIRST.url(), "");
        Engine moved = new Engine(SECOND.name(), URI.create("http://127.0.0.1:8103"), "");
        fleet.setMembers(Fleet.Origin.REGISTERED, List.of(renamed, moved));
        assertThat(fleet.snapshot().engines()).extracting(EngineView::engine).containsExactly(renamed, moved);
    }

    @Test
    void anEngineThatIsDrainedFinishesWhatItHasAndTakesNothingNew() {
        fleet.update(FIRST, ready("a"));
        EngineLease under = assigned("a");
        fleet.drain(FIRST, true);
        assertThat(((NoneReady) fleet.assign("a")).reason()).contains("engine 127.0.0.1:8101: it is being drained");
        assertThat(fleet.underWayCount(FIRST)).isEqualTo(1);
        under.close();
        assertThat(fleet.underWayCount(FIRST)).isZero();
        fleet.drain(FIRST, false);
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
    }

    @Test
    void whatAllReplicasDrainIsDrainedWhenItComesAndOnesOwnEngineIsOnesOwn() {
        Engine rack = new Engine("rack", URI.create("http://10.0.0.11:8100"), "");
        fleet.drain(FIRST, true); // at this machine's own address
        fleet.drainShared(Set.of("rack", SECOND.name()));
        fleet.setMembers(Fleet.Origin.CONFIGURED, List.of(rack));
        fleet.update(FIRST, ready("a"));
        fleet.update(SECOND, ready("a"));
        fleet.update(rack, ready("a"));
        assertThat(fleet.snapshot().engines()).extracting(EngineView::draining).containsExactly(true, false, true);
        fleet.drainShared(Set.of());
        assertThat(fleet.snapshot().engines()).extracting(EngineView::draining).containsExactly(true, false, false);
    }

    @Test
    void anEngineThatFailsInARowIsLeftAlone() {
        fleet.update(FIRST, ready("a"));
        for (int request = 0; request < 2; request++) {
            try (EngineLease lease = assigned("a")) {
                lease.failed();
            }
        }
        assertThat(fleet.assign("a")).isEqualTo(new NoneReady("engine 127.0.0.1:8101: it failed too often"));
        assertThat(fleet.breakerState(FIRST)).isEqualTo("open");
        fleet.update(SECOND, ready("a"));
        assertThat(assigned("a").engine()).isEqualTo(SECOND);
    }

    @Test
    void anEngineThatWasGoneAndIsReadyAgainIsTrustedAtOnceSinceItIsAnotherProcess() {
        fleet.update(FIRST, ready("a"));
        for (int request = 0; request < 2; request++) {
            try (EngineLease lease = assigned("a")) {
                lease.failed();
            }
        }
        fleet.update(FIRST, new Unready("it says that it is not ready", List.of()));
        fleet.update(FIRST, ready("a"));
        assertThat(fleet.breakerState(FIRST)).isEqualTo("open");
        fleet.unreachable(FIRST);
        fleet.update(FIRST, new Unready("it says that it is not ready", List.of()));
        fleet.update(FIRST, ready("a"));
        assertThat(fleet.breakerState(FIRST)).isEqualTo("closed");
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
    }

    @Test
    void requestsOfOthersCountToo() {
        fleet.update(FIRST, ready("a"));
        fleet.update(SECOND, ready("a"));
        EngineLease ours = assigned("a");
        assertThat(ours.engine()).isEqualTo(FIRST);
        fleet.report(FIRST, new EngineLoad(1, 0, 0)); // ours
        fleet.report(SECOND, new EngineLoad(2, 1, 0)); // another replica's
        assertThat(fleet.requestCount(FIRST)).isEqualTo(1);
        assertThat(fleet.requestCount(SECOND)).isEqualTo(3);
        assertThat(assigned("a").engine()).isEqualTo(FIRST);
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Engine.at(URI.create("127.0.0.1"))).hasMessageContaining("http://127.0.0.1:8100");
    }

    private EngineLease assigned(String model) {
        return ((Assigned) fleet.assign(model)).lease();
    }

    private static Ready ready(String... models) {
        return new Ready(Stream.of(models).map(ServedModel::ready).toList());
    }

    private static Ready having(String state, boolean wakesOnRequest) {
        return new Ready(List.of(new ServedModel("a", 0, "weir", null, null, state, wakesOnRequest, null)));
    }
}
