/**
 * Station 4: how hard is this request? A request becomes a {@link dev.weir.control.classification.Difficulty}, a confidence and the
 * reason, cheaply enough to be asked every time.
 *
 * <p>Only a request that leaves the choice of its model to us is classified; what it looks like is all that is asked for, and nothing
 * of it is kept. Where an answer is looked at before it is sent, {@link dev.weir.control.classification.SecondLook} says how likely it is right.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "embedding"})
package dev.weir.control.classification;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
