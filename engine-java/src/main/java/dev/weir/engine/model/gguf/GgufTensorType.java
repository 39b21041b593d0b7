package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How GGUF numbers element types. Only those that the engine computes with have a {@link DType}; the others are known by name alone. */
enum GgufTensorType {
    F32(0),
    F16(1),
    Q4_0(2),
    Q4_1(3),
    Q5_0(6),
    Q5_1(7),
    Q8_0(8),
    Q8_1(9),
    Q2_K(10),
    Q3_K(11),
    Q4_K(12),
    Q5_K(13),
    Q6_K(14),
    Q8_K(15),
    IQ2_XXS(16),
    IQ2_XS(17),
    IQ3_XXS(18),
    IQ1_S(19),
    IQ4_NL(20),
    IQ3_S(21),
    IQ2_S(22),
    IQ4_XS(23),
    I8(24),
    I16(25),
    I32(26),
    I64(27),
    F64(28),
    IQ1_M(29),
    BF16(30),
    TQ1_0(34),
    TQ2_0(35),
    MXFP4(39);

    private final int number;

    GgufTensorType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The engine's type of the same name. */
    Optional<DType> dtype() {
        return Arrays.stream(DType.values())
                .filter(type -> type.name().equals(name()))
                .findFirst();
    }

    /** The type's name, or its number where this version knows none. */
    static String nameOf(int number) {
        return of(number).map(Enum::name).orElse("number " + Integer.toUnsignedString(number));
    }

    static Optional<GgufTensorType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    static String supported() {
        return Arrays.stream(values())
                .filter(type -> type.dtype().isPresent())
                .map(Enum::name)
                .collect(Collectors.joining(", "));
    }
}
