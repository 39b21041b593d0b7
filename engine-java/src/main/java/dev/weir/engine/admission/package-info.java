/**
 * Station 6: who may come in. {@link dev.weir.engine.admission.AdmissionQueue} answers every request at once: admitted, or refused with a
 * {@linkplain dev.weir.engine.admission.Admission.Reason named reason} and the numbers behind it. Nothing that could never finish is
 * let in, so whatever runs short later is a matter of waiting.
 */
@NullMarked
package dev.weir.engine.admission;

import org.jspecify.annotations.NullMarked;
