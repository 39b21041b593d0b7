/**
 * Have answers become others than they were, and is that because others ask?
 *
 * <p>{@link dev.weir.control.drift.DriftWatch} looks at a sample of live answers, takes {@linkplain dev.weir.control.drift.Signal signs} of each,
 * and counts them by day, model, tenant, type of question and topic; what was said is forgotten at once.
 * {@link dev.weir.control.drift.DriftReports} compares the latest day and the latest week with the four weeks before:
 * {@link dev.weir.control.drift.Comparison} tells how far a distribution has moved, how far it would move by chance, and how much of it is left
 * when as many questions of each kind are asked as before. {@link dev.weir.control.drift.RateWatch} looks at rates that matter within minutes.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "classification",
            "completion",
            "configuration",
            "embedding",
            "evaluation",
            "evaluation :: grading",
            "evaluation :: live",
            "guard",
            "statistics",
            "storage"
        })
package dev.weir.control.drift;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
