package dev.weir.control.fleet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an engine's load out of its Prometheus text, under vLLM's names; several models of one engine are added up. */
final class LoadMetrics {
    private static final String RUNNING = "vllm:num_requests_running";
    private static final String WAITING = "vllm:num_requests_waiting";
    private static final String KV_CACHE_USE = "vllm:kv_cache_usage_perc";
    private static final String KV_CACHE_CUT = "vllm:cache_config_info";
    private static final Pattern BLOCK_TOKENS = Pattern.compile("[{,]block_size=\"(\\d{1,9})\"");
    private static final Pattern BLOCK_COUNT = Pattern.compile("[{,]num_gpu_blocks=\"(\\d{1,9})\"");
    private static final String GPU_FREE = "weir_gpu_memory_free_bytes";
    private static final String GPU_TOTAL = "weir_gpu_memory_total_bytes";

    private LoadMetrics() {}

    static EngineLoad read(String text) {
        double running = 0;
        double waiting = 0;
        double kvCacheUse = 0;
        long kvCacheTokens = 0;
        double gpuFreeBytes = 0;
        double gpuTotalBytes = 0;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(RUNNING)) {
                running += value(line, RUNNING);
            } else if (line.startsWith(WAITING)) {
                waiting += value(line, WAITING);
            } else if (line.startsWith(KV_CACHE_USE)) {
                kvCacheUse = Math.max(kvCacheUse, value(line, KV_CACHE_USE));
            } else if (line.startsWith(KV_CACHE_CUT)) {
                kvCacheTokens += label(line, BLOCK_TOKENS) * label(line, BLOCK_COUNT);
            } else if (line.startsWith(GPU_FREE)) {
                gpuFreeBytes += value(line, GPU_FREE);
            } else if (line.startsWith(GPU_TOTAL)) {
                gpuTotalBytes += value(line, GPU_TOTAL);
            }
        }
        return new EngineLoad(
                count(running),
                count(waiting),
                Math.clamp(kvCacheUse, 0, 1),
                kvCacheTokens,
                new EngineLoad.Gpu(gpuFreeBytes, gpuTotalBytes));
    }

    private static int count(double value) {
        return (int) Math.clamp(value, 0, Integer.MAX_VALUE);
    }

    /** The number in a label; 0 where it is not there, or none: vLLM writes None until it knows. */
    private static long label(String line, Pattern label) {
        Matcher found = label.matcher(line);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** The number behind a name and its labels; 0 where the line is of another name that begins alike, or has no number. */
    private static double value(String line, String name) {
        if (line.length() == name.length() || "{ ".indexOf(line.charAt(name.length())) < 0) {
            return 0;
        }
        String[] words = line.substring(Math.max(line.lastIndexOf('}') + 1, name.length()))
                .strip()
                .split(" ", 2);
        try {
            double value = Double.parseDouble(words[0]);
            return Double.isFinite(value) ? value : 0;
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
