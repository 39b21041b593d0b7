/**
 * Read models, the REST API and the user interface for whoever runs Weir. May read every station; no station imports it.
 *
 * <p>Here are the configuration that serves and the engines there are. Health and metrics are served by the actuator; there is no
 * interface for people yet.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounting",
            "cache",
            "classification",
            "completion",
            "configuration",
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
