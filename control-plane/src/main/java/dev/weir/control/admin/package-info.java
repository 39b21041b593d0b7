/**
 * Read models, the REST API and the user interface for whoever runs Weir. May read every station; no station imports it.
 *
 * <p>Here are the configuration that serves, the engines there are, and who may do what; {@link dev.weir.control.admin.AdminAccess} stands
 * before all of it. {@link dev.weir.control.admin.InterfaceFiles} hands out the interface for people, which is built from {@code
 * src/main/ui}, and {@link dev.weir.control.admin.SessionEndpoints} lets their browsers in. Health and metrics are served by the actuator.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounting",
            "alerting",
            "cache",
            "classification",
            "completion",
            "configuration",
            "drift",
            "evaluation",
            "evaluation :: archive",
            "evaluation :: desk",
            "evaluation :: exchange",
            "evaluation :: gate",
            "evaluation :: golden",
            "evaluation :: judge",
            "evaluation :: review",
            "evaluation :: run",
            "fleet",
            "identity",
            "ingress",
            "quota",
            "rollout",
            "rollout :: assignment",
            "rollout :: experiment",
            "rollout :: journal",
            "rollout :: live",
            "rollout :: postmortem",
            "rollout :: trial",
            "routing",
            "statistics",
            "storage",
            "telemetry",
            "upstream"
        })
package dev.weir.control.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
