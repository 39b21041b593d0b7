package dev.weir.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import org.junit.jupiter.api.Test;

class WaitingLineTest {

    private final WaitingLine<Sequence> line = new WaitingLine<>();
    private final FairShares shares = new FairShares();

    @Test
    void amongOnesOwnTheMoreImportantGoesFirst() {
        Sequence plain = add("tenant", 0, 1);
        Sequence important = add("tenant", -1, 2);
        Sequence unimportant = add("tenant", 1, 0);
        assertThat(line.view()).containsExactly(important, plain, unimportant);
    }

    @Test
    void whoHasWaitedLongEnoughIsOvertakenByNobody() {
        Sequence patient = add("tenant", ServiceTerms.PRIORITY_MAX, 0);
        long range = ServiceTerms.PRIORITY_MAX - ServiceTerms.PRIORITY_MIN;
        add("tenant", ServiceTerms.PRIORITY_MIN, range * WaitingLine.AGING_STEPS);
        assertThat(line.next(true)).isSameAs(patient);
    }

    @Test
    void theTurnIsThatOfTheTenantThatHasHadLeastWhateverOthersSayOfTheirImportance() {
        Sequence greedy = add("greedy", ServiceTerms.PRIORITY_MIN, 0);
        shares.charge(greedy.share(), 100);
        Sequence modest = add("modest", ServiceTerms.PRIORITY_MAX, 5);
        assertThat(line.next(true)).isSameAs(modest);
    }

    @Test
    void whatWasPreemptedComesBackFirstUnlessItIsPaused() {
        Sequence fresh = add("tenant", 0, 0);
        Sequence young = begun(2);
        Sequence old = begun(1);
        line.addPreempted(young);
        line.addPreempted(old);
        assertThat(line.next(true)).isSameAs(old);
        old.pause(true);
        assertThat(line.next(true)).isSameAs(young);
        young.pause(true);
        assertThat(line.next(true)).isSameAs(fresh);
        assertThat(line.next(false)).isNull();
        assertThat(line.remove(old)).isTrue();
        assertThat(line.preemptedCount()).isEqualTo(1);
        assertThat(line.remove(old)).isFalse();
    }

    private Sequence add(String tenant, int priority, long step) {
        Sequence sequence = sequence(tenant, priority);
        sequence.arrive(shares.enter(tenant, 1), WaitingLine.place(step, priority));
        line.add(sequence);
        return sequence;
    }

    private static Sequence begun(long number) {
        Sequence sequence = sequence("tenant", 0);
        sequence.begin(number);
        return sequence;
    }

    private static Sequence sequence(String tenant, int priority) {
        ServiceTerms terms = new ServiceTerms(tenant, 1, priority, ServiceTerms.NO_DEADLINE, CacheSalt.NONE);
        return new Sequence(new int[4], SamplingParams.greedy(), 0, Pooling.NONE, terms);
    }
}
