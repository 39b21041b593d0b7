/**
 * What is handed to people and to other programs: {@link dev.weir.bench.report.ServeReport} as text, as JSON and as one HTML file that needs
 * nothing beside it. What is compared later is the JSON; its keys are pinned by a golden file in the tests.
 */
@NullMarked
package dev.weir.bench.report;

import org.jspecify.annotations.NullMarked;
