package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineState.Ready;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final Engine FIRST = Engine.at(URI.create("http://127.0.0.1:8101"));
    private static final Engine SECOND = Engine.at(URI.create("http://127.0.0.1:8102"));

    private Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private final Fleet fleet = new Fleet(List.of(FIRST, SECOND), () -> now);

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
        return new Ready(List.of(new ServedModel("a", 0, "weir", null, null, state, wakesOnRequest)));
    }
}
