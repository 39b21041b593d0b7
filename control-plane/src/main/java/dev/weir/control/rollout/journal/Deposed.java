package dev.weir.control.rollout.journal;

/** Somebody else has taken the rollout over; this controller must stop. */
public final class Deposed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Deposed(Lease lease) {
        super(
                "rollout " + lease.rolloutId() + " has been taken over from controller " + lease.fence(),
                null,
                false,
                false);
    }
}
