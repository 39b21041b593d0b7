package dev.weir.control.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.Usage;
import dev.weir.control.fleet.Engine;
import dev.weir.control.routing.PrefixPrices.Prompt.Sent;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What choosing engines by warm prefixes is worth where engines compute prompts one after the other, and time is counted and not spent. */
class PrefixSimulationTest {
    private static final int CHUNKS_PER_ENGINE_MAX = 4096;
    private static final double PREFILL_BYTES_PER_MILLI = 40; // about 10,000 tokens a second
    private static final double BYTES_PER_TOKEN = 2.5; // not what is taken until answers tell
    private static final int ANSWER_TOKENS = 100;
    private static final int REQUESTS = 4_000;

    /**
     * A load: prompts with a question behind a context, of which there are some, or as many as requests.
     *
     * @param contexts how many, or 0 for as many as requests
     * @param room how many contexts each engine has room for
     */
    private record Load(int engines, int contexts, int contextBytes, double room, double meanGapMillis) {
        /** 24 KB of context for each of 120 tenants, and engines that hold 43 of them. */
        static final Load ROOMY = new Load(4, 120, 24 * 1024, 43, 160);

        /** Engines that together hold little more than all contexts. */
        static final Load TIGHT = new Load(2, 24, 6 * 1024, 14.5, 110);

        static final Load UNIFORM = new Load(4, 0, 24 * 1024, 43, 220);
        static final Load UNIFORM_TIGHT = new Load(2, 0, 6 * 1024, 14.5, 110);

        long roomTokens() {
            return (long) (room * contextBytes / BYTES_PER_TOKEN);
        }
    }

    /** How soon first tokens came, and how much of the prompts was found, and was taken to be, computed. */
    private record Outcome(double p50Millis, double p90Millis, double foundShare, double foretoldShare) {}

    /**
     * Aim: where contexts are shared, 90 % of first tokens come at least twice as soon as by least load; where no prompt is like another,
     * they come at most 2 % later.
     */
    @Test
    void warmPrefixesHalveTheFirstTokensTimeAndCostNothingWhereThereAreNone() {
        for (Load load : List.of(Load.ROOMY, Load.TIGHT)) {
            Outcome byLoad = simulated(load, false);
            Outcome byPrefix = simulated(load, true);
            print("shared", load, byLoad, byPrefix);
            assertThat(byLoad.p90Millis() / byPrefix.p90Millis()).isGreaterThanOrEqualTo(2);
            assertThat(byPrefix.foretoldShare())
                    .as("what is foretold is what is found")
                    .isBetween(byPrefix.foundShare() - 0.02, byPrefix.foundShare() + 0.02);
        }
        for (Load load : List.of(Load.UNIFORM, Load.UNIFORM_TIGHT)) {
            Outcome byLoad = simulated(load, false);
            Outcome byPrefix = simulated(load, true);
            print("uniform", load, byLoad, byPrefix);
            assertThat(byPrefix.p90Millis() / byLoad.p90Millis()).isLessThanOrEqualTo(1.02);
        }
    }

    private static void print(String what, Load load, Outcome byLoad, Outcome byPrefix) {
        System.out.printf(
                Locale.ROOT,
                "%s, %d engines, simulated: first token p50 %.0f ms, p90 %.0f ms, %.1f %% found by load;"
                        + " p50 %.0f ms, p90 %.0f ms, %.1f %% found of %.1f %% foretold by prefix%n",
                what,
                load.engines(),
                byLoad.p50Millis(),
                byLoad.p90Millis(),
                100 * byLoad.foundShare(),
                byPrefix.p50Millis(),
                byPrefix.p90Millis(),
                100 * byPrefix.foundShare(),
                100 * byPrefix.foretoldShare());
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Arrival(double atMillis, byte[] prompt, double decodeMillis) {}

    /** Something that happens to a request at an engine: its first token, or its end. */
    private record Event(double atMillis, Runnable what) {}

    /** An engine that computes prompts one after the other at a rate, and gives up what was used least recently. */
    private static final class SimulatedEngine {
        private final WarmPrefixes kept = new WarmPrefixes(Integer.MAX_VALUE);
        private double freeAtMillis;
        private int requestCount;

        SimulatedEngine(double roomTokens) {
            kept.keep(roomTokens);
        }
    }

    /** Everything of one run. */
    private static final class Simulation {
        private final double[] now = new double[1];
        private final Map<Engine, SimulatedEngine> engines = new HashMap<>();
        private final Queue<Event> events = new PriorityQueue<>(Comparator.comparingDouble(Event::atMillis));
        private final PrefixPrices prices;
        private final boolean byPrefix;
        private long promptBytes;
        private long foundBytes;
        private long foretoldBytes;

        Simulation(Load load, boolean byPrefix) {
            IntStream.range(0, load.engines())
                    .mapToObj(number -> Engine.at(URI.create("http://127.0.0.1:" + (8100 + number))))
                    .forEach(engine -> engines.put(engine, new SimulatedEngine((double) load.roomTokens())));
            this.byPrefix = byPrefix;
            prices = new PrefixPrices(CHUNKS_PER_ENGINE_MAX, engine -> of(engine).requestCount, _ -> load.roomTokens());
        }

        private SimulatedEngine of(Engine engine) {
            return Objects.requireNonNull(engines.get(engine));
        }

        /** How long the first token takes. */
        double take(Arrival arrival) {
            now[0] = arrival.atMillis();
            while (!events.isEmpty() && events.element().atMillis() <= now[0]) {
                events.remove().what().run();
            }
            PromptChunks chunks = PromptChunks.chain(arrival.prompt(), 0, arrival.prompt().length, 1);
            PrefixPrices.Prompt prompt = prices.prompt("m", chunks, "");
            Engine engine = engines.keySet().stream()
                    .min(Comparator.comparingDouble((Engine each) -> byPrefix ? prompt.of(each) : of(each).requestCount)
                            .thenComparing(Engine::name))
                    .orElseThrow();
            SimulatedEngine at = of(engine);
            long cold = at.kept.coldBytes(chunks);
            promptBytes += chunks.promptBytes();
            foundBytes += chunks.promptBytes() - cold;
            foretoldBytes += chunks.promptBytes() - prompt.coldBytes(engine);
            Sent sent = prompt.sentTo(engine);
            WarmPrefixes.Stay stay = at.kept.sent(chunks, BYTES_PER_TOKEN);
            at.kept.begunToAnswer(stay);
            at.requestCount++;
            at.freeAtMillis = Math.max(at.freeAtMillis, now[0]) + cold / PREFILL_BYTES_PER_MILLI;
            events.add(new Event(at.freeAtMillis, sent::computed));
            events.add(new Event(at.freeAtMillis + arrival.decodeMillis(), () -> {
                at.requestCount--;
                at.kept.ended(stay, ANSWER_TOKENS);
                sent.over(Optional.of(new Usage((long) (chunks.promptBytes() / BYTES_PER_TOKEN), 0, ANSWER_TOKENS)));
            }));
            return at.freeAtMillis - now[0];
        }
    }

    private static Outcome simulated(Load load, boolean byPrefix) {
        Simulation simulation = new Simulation(load, byPrefix);
        double[] waits = arrivals(load).stream().mapToDouble(simulation::take).toArray();
        Arrays.sort(waits);
        return new Outcome(
                waits[waits.length / 2],
                waits[(int) (0.9 * waits.length)],
                (double) simulation.foundBytes / simulation.promptBytes,
                (double) simulation.foretoldBytes / simulation.promptBytes);
    }

    private static List<Arrival> arrivals(Load load) {
        SplittableRandom random = new SplittableRandom(7);
        byte[][] contexts = new byte[load.contexts()][load.contextBytes()];
        Arrays.stream(contexts).forEach(random::nextBytes);
        List<Arrival> arrivals = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < REQUESTS; i++) {
            at += -load.meanGapMillis() * Math.log(1 - random.nextDouble());
            byte[] question = new byte[load.contextBytes() / 48 + random.nextInt(load.contextBytes() / 24)];
            random.nextBytes(question);
            byte[] context = load.contexts() == 0
                    ? new byte[load.contextBytes() / 2 + random.nextInt(load.contextBytes())]
                    : contexts[random.nextInt(load.contexts())];
            if (load.contexts() == 0) {
                random.nextBytes(context);
            }
            byte[] prompt = Arrays.copyOf(context, context.length + question.length);
            System.arraycopy(question, 0, prompt, context.length, question.length);
            arrivals.add(new Arrival(at, prompt, 200 + random.nextInt(load.contextBytes() / 16)));
        }
        return arrivals;
    }
}
