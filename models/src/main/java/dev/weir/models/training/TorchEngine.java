package dev.weir.models.training;

/** Settings of DJL that must be in place before its first class is loaded. */
public final class TorchEngine {
    private TorchEngine() {}

    /** Keeps DJL off the network, and each product on the thread that asked for it. */
    public static void configure() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}
