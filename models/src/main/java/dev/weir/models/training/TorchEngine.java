package dev.weir.models.training;

/** Settings of DJL that must be in place before its first class is loaded. */
public final class TorchEngine {
    private TorchEngine() {}

    /** Keeps DJL off the network and on the given number of threads. */
    public static void configure(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}
