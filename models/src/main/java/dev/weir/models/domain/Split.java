package dev.weir.models.domain;

/** Where a sentence form or a name may be used. Membership is a function of the text alone, so no list can drift. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST;

    private static final int SHARES = 20;
    private static final int TRAIN_SHARES = 16;
    private static final int VALIDATION_SHARES = 1;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** The one split that owns this text: sixteen parts in twenty train, one validates, three test. */
    public static Split of(String text) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        // FNV's low bits are weak for short texts; fold the high ones in before taking the remainder.
        hash ^= hash >>> 32;
        int share = (int) Long.remainderUnsigned(hash, SHARES);
        if (share < TRAIN_SHARES) {
            return TRAIN;
        }
        return share < TRAIN_SHARES + VALIDATION_SHARES ? VALIDATION : TEST;
    }
}
