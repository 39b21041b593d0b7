package dev.weir.engine.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Times;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Against the scraped text, because that is what dashboards read. */
class EngineUsageTest {

    private static final String LABELS = "{engine=\"0\",model_name=\"demo\"}";
    private static final long SECOND_NANOS = 1_000_000_000;

    private final PrometheusMetrics metrics = new PrometheusMetrics();
    private final EngineUsage usage = new EngineUsage(metrics.registry(), "demo", 0, 2048);

    @Test
    void aRequestShowsUnderVllmsNames() {
        usage.watch(() -> 3, () -> 4, () -> 0.25);
        usage.kvCache(16, 512);
        RequestTimeline timeline = new RequestTimeline(0);
        timeline.begun(SECOND_NANOS);
        usage.token(timeline, 7, 3 * SECOND_NANOS);
        usage.token(timeline, 7, 4 * SECOND_NANOS);
        usage.stepped(7);
        usage.preempted("gave_way", 2);
        usage.recomputed(5);
        usage.prefixCache(40, 32);
        usage.watchRefusals("queue_full", () -> 6);
        usage.finished(
                new Finished(FinishReason.STOP, "", 7, 0, 2, null, null, Times.NONE), timeline, 5 * SECOND_NANOS);
        assertThat(metrics.scrape().lines())
                .contains(
                        "# TYPE vllm:num_requests_running gauge",
                        "vllm:num_requests_running" + LABELS + " 3.0",
                        "vllm:num_requests_waiting" + LABELS + " 4.0",
                        "vllm:kv_cache_usage_perc" + LABELS + " 0.25",
                        "vllm:cache_config_info{block_size=\"16\",engine=\"0\",model_name=\"demo\",num_gpu_blocks=\"512\"} 1.0",
                        "# TYPE vllm:prompt_tokens_total counter",
                        "vllm:prompt_tokens_total" + LABELS + " 7.0",
                        "vllm:generation_tokens_total" + LABELS + " 2.0",
                        "vllm:num_preemptions_total" + LABELS + " 2.0",
                        "weir_preemptions_total{engine=\"0\",model_name=\"demo\",reason=\"gave_way\"} 2.0",
                        "weir_recomputed_tokens_total" + LABELS + " 5.0",
                        "weir_requests_refused_total{engine=\"0\",model_name=\"demo\",reason=\"queue_full\"} 6.0",
                        "vllm:prefix_cache_queries_total" + LABELS + " 40.0",
                        "vllm:prefix_cache_hits_total" + LABELS + " 32.0",
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"stop\",model_name=\"demo\"} 1.0",
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"length\",model_name=\"demo\"} 0.0",
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"demo\"} 0.0",
                        "# TYPE vllm:time_to_first_token_seconds histogram",
                        "vllm:time_to_first_token_seconds_sum" + LABELS + " 3.0",
                        "vllm:inter_token_latency_seconds_sum" + LABELS + " 1.0",
                        "vllm:e2e_request_latency_seconds_sum" + LABELS + " 5.0",
                        "vllm:request_queue_time_seconds_sum" + LABELS + " 1.0",
                        "vllm:request_prefill_time_seconds_sum" + LABELS + " 2.0",
                        "vllm:request_decode_time_seconds_sum" + LABELS + " 1.0",
                        "vllm:request_prompt_tokens_sum" + LABELS + " 7.0",
                        "vllm:request_generation_tokens_sum" + LABELS + " 2.0",
                        "vllm:iteration_tokens_total_sum" + LABELS + " 7.0");
    }

    @Test
    void bucketsAreVllmsAndNothingBetween() {
        usage.stepped(1);
        assertThat(buckets("vllm:time_to_first_token_seconds"))
                .startsWith("0.001", "0.005", "0.01", "0.02")
                .endsWith("160.0", "640.0", "2560.0", "+Inf")
                .hasSize(23);
        assertThat(buckets("vllm:inter_token_latency_seconds"))
                .startsWith("0.01", "0.025")
                .endsWith("80.0", "+Inf")
                .hasSize(20);
        assertThat(buckets("vllm:e2e_request_latency_seconds"))
                .startsWith("0.3", "0.5")
                .endsWith("7680.0", "+Inf")
                .hasSize(22);
        assertThat(buckets("vllm:iteration_tokens_total"))
                .startsWith("1.0", "8.0")
                .endsWith("16384.0", "+Inf")
                .hasSize(14);
        assertThat(buckets("vllm:request_prompt_tokens"))
                .containsExactly(
                        "1.0", "2.0", "5.0", "10.0", "20.0", "50.0", "100.0", "200.0", "500.0", "1000.0", "2000.0",
                        "+Inf");
    }

    @Test
    void whatNeverBeganHasNoQueueTime() {
        usage.finished(
                new Finished(FinishReason.CANCELLED, "", 7, 0, 0, null, null, Times.NONE),
                new RequestTimeline(0),
                5 * SECOND_NANOS);
        assertThat(metrics.scrape().lines())
                .contains(
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"demo\"} 1.0",
                        "vllm:request_queue_time_seconds_count" + LABELS + " 0",
                        "vllm:time_to_first_token_seconds_count" + LABELS + " 0",
                        "vllm:e2e_request_latency_seconds_count" + LABELS + " 1");
    }

    private String[] buckets(String name) {
        String[] bounds = metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name + "_bucket{"))
                .map(line -> line.replaceAll(".*le=\"([^\"]*)\".*", "$1"))
                .toArray(String[]::new);
        assertThat(Arrays.stream(bounds).distinct()).hasSameSizeAs(bounds);
        return bounds;
    }
}
