/**
 * JSON Schema (draft 2020-12) to rules. {@link dev.weir.engine.sampling.constraint.schema.SchemaCompiler} is the way in. A keyword is either
 * done exactly, or known to say nothing about validity, or refused with its name and where it stands; none is passed over.
 *
 * <p>How documents are written is ours to choose, and {@link dev.weir.engine.sampling.constraint.schema.JsonText} chooses: no white space but
 * where people put it, and a bounded amount of it; properties in the schema's order; numbers that fit what clients read.
 */
@NullMarked
package dev.weir.engine.sampling.constraint.schema;

import org.jspecify.annotations.NullMarked;
