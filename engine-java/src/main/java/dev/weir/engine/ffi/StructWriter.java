package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.Optional;

/** Fills a struct field by field, by the header's names; for structs written once, not once a step. */
record StructWriter(StructLayout layout, MemorySegment segment) {

    /** A writer over a zeroed struct, its {@code struct_bytes} set where it has one. */
    static StructWriter of(StructLayout layout, MemorySegment segment) {
        StructWriter writer = new StructWriter(layout, segment);
        boolean sized = layout.memberLayouts().getFirst().name().equals(Optional.of("struct_bytes"));
        return sized ? writer.set("struct_bytes", Math.toIntExact(layout.byteSize())) : writer;
    }

    StructWriter set(String field, int value) {
        segment.set(JAVA_INT, Abi.offset(layout, field), value);
        return this;
    }

    StructWriter set(String field, boolean value) {
        return set(field, value ? 1 : 0);
    }

    StructWriter set(String field, long value) {
        segment.set(JAVA_LONG, Abi.offset(layout, field), value);
        return this;
    }

    StructWriter set(String field, float value) {
        segment.set(JAVA_FLOAT, Abi.offset(layout, field), value);
        return this;
    }

    StructWriter set(String field, double value) {
        segment.set(JAVA_DOUBLE, Abi.offset(layout, field), value);
        return this;
    }

    StructWriter set(String field, MemorySegment value) {
        segment.set(ADDRESS, Abi.offset(layout, field), value);
        return this;
    }
}
