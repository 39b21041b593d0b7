package dev.weir.engine.ffi;

/** What a machine can be measured by. */
public enum MachinePeak {
    /** Bytes read from memory, of far more than caches hold. */
    READ_BYTES(Abi.PEAK_READ_BYTES),
    /** Operations in registers, a multiplication and an addition being two: fused in float32. */
    F32(Abi.PEAK_F32),
    /** Of dot products of bfloat16. */
    BF16(Abi.PEAK_BF16),
    /** Of dot products of bytes. */
    INT8(Abi.PEAK_INT8);

    private final int code;

    MachinePeak(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
