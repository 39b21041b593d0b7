package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Where the harness ran, which is where the server ran if the URL is this machine's. */
public record Machine(String processor, int cores, long memoryBytes, String system, String java) {
    private static final int KIBIBYTE = 1024;

    /** This one. */
    public static Machine here() {
        return new Machine(
                field("/proc/cpuinfo", "model name", "unknown"),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(field("/proc/meminfo", "MemTotal", "0").replaceAll("\\D", "")) * KIBIBYTE,
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
    }

    /** As results have it. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("processor", processor);
        fields.put("cores", cores);
        fields.put("memory_bytes", memoryBytes);
        fields.put("system", system);
        fields.put("java", java);
        return fields;
    }

    private static String field(String file, String name, String otherwise) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name) && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException _) {
            return otherwise; // not Linux
        }
    }
}
