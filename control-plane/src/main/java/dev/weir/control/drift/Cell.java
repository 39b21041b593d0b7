package dev.weir.control.drift;

import java.time.LocalDate;

/**
 * What answers are counted together.
 *
 * @param queryType how hard the question is
 * @param topic 0 where nobody can tell
 */
record Cell(LocalDate day, String model, String tenant, String queryType, int topic) {}
