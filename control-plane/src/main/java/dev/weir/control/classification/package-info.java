/**
 * Station 4: how hard is this request? A request becomes a complexity, a confidence and the reason, cheaply enough to be asked every
 * time.
 *
 * <p>Nothing is classified yet; callers name the model they want.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion"})
package dev.weir.control.classification;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
