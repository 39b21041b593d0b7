/**
 * Station 1, where requests enter: the HTTP endpoints, and {@link dev.weir.control.ingress.CompletionPipeline}, the one method that names
 * the stations in order.
 *
 * <p>Bodies pass as the bytes they came as. Of a request only the fields that choose its way are looked at; of an answer only the ends
 * of its events, so that a client never sees half of one. Whatever is refused here, or breaks behind, is told in OpenAI's error
 * envelope.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounting",
            "cache",
            "classification",
            "completion",
            "compression",
            "configuration",
            "digest",
            "fleet",
            "guard",
            "identity",
            "quota",
            "routing",
            "storage",
            "telemetry",
            "upstream"
        })
package dev.weir.control.ingress;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
