package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadMetricsTest {
    @Test
    void theLoadsOfAnEnginesModelsAreAddedUp() {
        assertThat(LoadMetrics.read("""
                                # HELP vllm:num_requests_running Requests
                                # TYPE vllm:num_requests_running gauge
                                vllm:num_requests_running{model_name="a"} 3.0
                                vllm:num_requests_running{model_name="b }"} 4 1395066363000
                                vllm:num_requests_waiting 2
                                vllm:num_requests_waiting_by_reason{reason="x"} 100
                                vllm:kv_cache_usage_perc{model_name="a"} 0.25
                                vllm:kv_cache_usage_perc{model_name="b"} 0.5
                                """)).isEqualTo(new EngineLoad(7, 2, 0.5));
    }

    @Test
    void theMemoryOfItsDeviceIsRead() {
        EngineLoad load = LoadMetrics.read("""
                weir_gpu_memory_free_bytes{device="cuda:0",name="NVIDIA L4",uuid="GPU-a"} 2.0E10
                weir_gpu_memory_total_bytes{device="cuda:0",name="NVIDIA L4",uuid="GPU-a"} 2.4E10
                """);
        assertThat(load.gpu()).isEqualTo(new EngineLoad.Gpu(2.0E10, 2.4E10));
    }

    @Test
    void whatTheCachesOfItsModelsHoldIsAddedUp() {
        EngineLoad load = LoadMetrics.read("""
                vllm:cache_config_info{block_size="16",engine="0",model_name="a",num_gpu_blocks="512"} 1.0
                vllm:cache_config_info{block_size="32",num_gpu_blocks="10",num_gpu_blocks_override="99"} 1.0
                vllm:cache_config_info{block_size="16",num_gpu_blocks="None"} 1.0
                """);
        assertThat(load.kvCacheTokens()).isEqualTo(16 * 512 + 32 * 10);
    }

    @Test
    void whatCannotBeReadCountsAsNothing() {
        assertThat(LoadMetrics.read(
                        "vllm:num_requests_running NaN\nvllm:num_requests_waiting{}\nvllm:kv_cache_usage_perc x\n"))
                .isEqualTo(EngineLoad.UNKNOWN);
        assertThat(LoadMetrics.read("")).isEqualTo(EngineLoad.UNKNOWN);
    }
}
