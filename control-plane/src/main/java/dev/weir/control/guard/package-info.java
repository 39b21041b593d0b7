/**
 * What must not go in, and what must not come out: {@link dev.weir.control.guard.Injection prompt injection} and
 * {@link dev.weir.control.guard.PersonalData personal data} are scored, counted, and by the configuration's
 * {@link dev.weir.control.guard.GuardRules} refused or taken out. Texts only: what JSON they stand in is for the ingress to know.
 *
 * <p>Both detectors are rules, so the same text has the same verdict always and everywhere, at no cost worth speaking of. What rules cannot
 * find (names, addresses, an attack in words that nobody used before) they do not find; {@code docs/guards.md} has how often.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration"})
package dev.weir.control.guard;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
