package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Kills drift between weir.h and {@link Abi}: each side describes itself in the same words, and the words must be equal. */
class AbiContractTest {

    private final Set<String> library = NativeLibrary.load()
            .abiDescription()
            .lines()
            .map(AbiContractTest::withoutSigns)
            .collect(Collectors.toCollection(TreeSet::new));

    /** Java has no unsigned integers: what crosses is the same 32 or 64 bits. */
    private static String withoutSigns(String line) {
        return line.replaceAll("\\bu(8|32|64)\\b", "i$1").replaceAll("\\bchar\\b", "i8");
    }

    @Test
    void structsHaveTheSameSizesAndFields() {
        Set<String> ours =
                Abi.STRUCTS.stream().flatMap(AbiContractTest::describe).collect(Collectors.toCollection(TreeSet::new));
        assertThat(ours).isEqualTo(of("struct ", "field "));
    }

    @Test
    void functionsHaveTheSameSignatures() {
        Set<String> ours = Abi.FUNCTIONS.entrySet().stream()
                .map(entry -> "function " + entry.getKey() + " " + signature(entry.getValue()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ours).isEqualTo(of("function "));
    }

    @Test
    void constantsHaveTheSameValues() {
        Set<String> ours = Stream.concat(
                        Arrays.stream(Abi.class.getDeclaredFields())
                                .filter(AbiContractTest::isConstant)
                                .map(field -> "constant " + headerName(field.getName()) + " " + value(field)),
                        Arrays.stream(NativeStatus.values())
                                .map(status -> "constant WEIR_" + status.name() + " " + status.code()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ours).isEqualTo(of("constant "));
    }

    private Set<String> of(String... kinds) {
        return library.stream()
                .filter(line -> Arrays.stream(kinds).anyMatch(line::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> describe(StructLayout struct) {
        String name = struct.name().orElseThrow();
        return Stream.concat(
                Stream.of("struct " + name + " " + struct.byteSize()),
                struct.memberLayouts().stream().map(member -> {
                    String field = member.name().orElseThrow();
                    return "field " + name + "." + field + " " + struct.byteOffset(PathElement.groupElement(field))
                            + " " + type(member);
                }));
    }

    private static String signature(FunctionDescriptor descriptor) {
        return descriptor.returnLayout().map(AbiContractTest::type).orElse("void")
                + descriptor.argumentLayouts().stream()
                        .map(AbiContractTest::type)
                        .collect(Collectors.joining(",", "(", ")"));
    }

    private static String type(MemoryLayout layout) {
        return switch (layout) {
            case SequenceLayout array -> type(array.elementLayout()) + "[" + array.elementCount() + "]";
            case AddressLayout _ -> "ptr";
            case ValueLayout.OfByte _ -> "i8";
            case ValueLayout.OfInt _ -> "i32";
            case ValueLayout.OfLong _ -> "i64";
            case ValueLayout.OfFloat _ -> "f32";
            case ValueLayout.OfDouble _ -> "f64";
            default -> throw new AssertionError("the ABI has no such type: " + layout);
        };
    }

    private static boolean isConstant(Field field) {
        return field.getType() == int.class;
    }

    private static String headerName(String javaName) {
        return javaName.equals("VERSION") ? "WEIR_ABI_VERSION" : "WEIR_" + javaName;
    }

    private static int value(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
