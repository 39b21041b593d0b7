package dev.weir.engine.http;

import dev.weir.engine.lifecycle.MemoryNeed;
import dev.weir.engine.lifecycle.ModelSpec;
import dev.weir.engine.lifecycle.ModelStatus;
import dev.weir.engine.lifecycle.Progress;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A line of the index: Triton's four fields first, then ours. */
final class ModelStatusJson {

    /** Triton versions the models of its repository; here a version is a model of its own. */
    private static final String VERSION = "1";

    private ModelStatusJson() {}

    static ObjectNode of(ModelStatus status) {
        ObjectNode json = Json.object()
                .put("name", status.name())
                .put("version", VERSION)
                .put("state", status.state().name())
                .put("reason", status.reason());
        Progress progress = status.progress();
        if (progress != null) {
            ObjectNode told = json.putObject("progress")
                    .put("phase", progress.phase().name().toLowerCase(Locale.ROOT));
            progress.fraction().ifPresent(fraction -> told.put("fraction", fraction));
        }
        json.put("requests_in_flight", status.activeRequests());
        ArrayNode aliases = json.putArray("aliases");
        status.aliases().forEach(aliases::add);
        MemoryNeed memory = status.memory();
        if (memory != null) {
            json.set("memory", memory(memory));
        }
        ModelSpec spec = status.spec();
        if (spec != null) {
            json.put("path", spec.path().toString());
            json.set("parameters", LoadParameters.json(spec.settings()));
        }
        return json;
    }

    static ObjectNode memory(MemoryNeed need) {
        return Json.object()
                .put("weights_bytes", need.copiedBytes() + need.mappedBytes())
                .put("weights_mapped_bytes", need.mappedBytes())
                .put("kv_cache_bytes", need.kvCacheBytes())
                .put("working_bytes", need.workingBytes());
    }
}
