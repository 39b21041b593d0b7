package dev.weir.engine.ffi;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** One method handle for each function of {@code weir.h}, linked by the descriptors of {@link Abi}. */
record NativeSymbols(
        MethodHandle abiVersion,
        MethodHandle abiDescribe,
        MethodHandle systemDescribe,
        MethodHandle machinePeak,
        MethodHandle modelLoad,
        MethodHandle modelDestroy,
        MethodHandle modelDescribe,
        MethodHandle modelDropPages,
        MethodHandle modelBlockBytes,
        MethodHandle adapterLoad,
        MethodHandle adapterDestroy,
        MethodHandle sessionCreate,
        MethodHandle sessionDestroy,
        MethodHandle sessionStep,
        MethodHandle sessionOffload,
        MethodHandle sessionRestore,
        MethodHandle sessionReadBlocks,
        MethodHandle sessionWriteBlocks,
        MethodHandle sessionDescribe,
        MethodHandle liveHandles) {

    /**
     * Finds every function.
     *
     * @throws java.util.NoSuchElementException naming the first one that the library lacks
     */
    static NativeSymbols link(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        return new NativeSymbols(
                handle(linker, library, "weir_abi_version"),
                handle(linker, library, "weir_abi_describe"),
                handle(linker, library, "weir_system_describe"),
                handle(linker, library, "weir_machine_peak"),
                handle(linker, library, "weir_model_load"),
                handle(linker, library, "weir_model_destroy"),
                handle(linker, library, "weir_model_describe"),
                handle(linker, library, "weir_model_drop_pages"),
                handle(linker, library, "weir_model_block_bytes"),
                handle(linker, library, "weir_adapter_load"),
                handle(linker, library, "weir_adapter_destroy"),
                handle(linker, library, "weir_session_create"),
                handle(linker, library, "weir_session_destroy"),
                handle(linker, library, "weir_session_step"),
                handle(linker, library, "weir_session_offload"),
                handle(linker, library, "weir_session_restore"),
                handle(linker, library, "weir_session_read_blocks"),
                handle(linker, library, "weir_session_write_blocks"),
                handle(linker, library, "weir_session_describe"),
                handle(linker, library, "weir_live_handles"));
    }

    @SuppressWarnings("restricted") // this package is the one that is granted native access
    private static MethodHandle handle(Linker linker, SymbolLookup library, String name) {
        return linker.downcallHandle(
                library.findOrThrow(name), requireNonNull(Abi.FUNCTIONS.get(name), "no descriptor of " + name));
    }
}
