/**
 * Read models, the REST API and the user interface for whoever runs Weir. May read every station; no station imports it.
 *
 * <p>Health and metrics are served by the actuator; there is no interface yet.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounting",
            "cache",
            "classification",
            "completion",
            "evaluation",
            "fleet",
            "identity",
            "quota",
            "rollout",
            "routing",
            "telemetry",
            "upstream"
        })
package dev.weir.control.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
