/**
 * The LoRA adapters beside a model: what they are called, who computes with them, and when they go.
 *
 * <h2>A name and what it stands for</h2>
 *
 * {@link dev.weir.engine.adapters.Adapters} maps names to adapters, for one model. A name can be given to another adapter, or to none, at
 * any time: from then on it means that to every new request, while requests that began before end with what they began with.
 *
 * <h2>When an adapter goes</h2>
 *
 * A request begins to use its {@link dev.weir.engine.adapters.Adapter} before it is submitted and ends when the engine has let go of its
 * sequence. The weights are given back when the name is gone and the last user has ended; so no step ever names an adapter that is not
 * there. Nobody waits for that. An adapter that is loaded again is another one, with another id.
 */
@NullMarked
package dev.weir.engine.adapters;

import org.jspecify.annotations.NullMarked;
