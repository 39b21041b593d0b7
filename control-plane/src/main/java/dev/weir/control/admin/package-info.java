/**
 * Read models, the REST API and the user interface for whoever runs Weir. May read every station; no station imports it.
 *
 * <p>Here are the configuration that serves, the engines there are, and who may do what; {@link dev.weir.control.admin.AdminAccess} stands
 * before all of it. Health and metrics are served by the actuator; there is no
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
            "storage",
            "telemetry",
            "upstream"
        })
package dev.weir.control.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
