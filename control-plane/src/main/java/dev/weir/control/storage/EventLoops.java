package dev.weir.control.storage;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * Brings answers back to the event loops on which they were asked for. A request goes on where its answer comes, and a store has few threads: there
 * all requests would wait for each other, and find one loop's part of the connections to engines.
 *
 * <p>An answer that is there at once stays where it is, and so does one for somebody who asked on no loop.
 */
public final class EventLoops {
    /** Where there are none to come back to. */
    public static final EventLoops NONE = new EventLoops(List.of());

    private final List<OfLoop> loops;

    private record OfLoop(EventExecutor loop, Scheduler scheduler) {}

    /** The loops that serve clients. */
    public EventLoops(LoopResources resources) {
        List<EventExecutor> executors = new ArrayList<>();
        resources.onClient(LoopResources.DEFAULT_NATIVE).forEach(executors::add);
        this(executors);
    }

    private EventLoops(List<EventExecutor> executors) {
        this.loops = executors.stream()
                .map(loop -> new OfLoop(loop, Schedulers.fromExecutor(task -> run(loop, task))))
                .toList();
    }

    /** What the step answers, on the loop of whoever subscribes. */
    public <T> Mono<T> back(Mono<T> step) {
        return Mono.defer(() -> {
            Scheduler here = here();
            return here == null ? step : step.publishOn(here);
        });
    }

    private @Nullable Scheduler here() {
        for (OfLoop of : loops) {
            if (of.loop().inEventLoop()) {
                return of.scheduler();
            }
        }
        return null;
    }

    private static void run(EventExecutor loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException _) {
            task.run(); // the loops have stopped, and what is left is to put right what was taken
        }
    }
}
