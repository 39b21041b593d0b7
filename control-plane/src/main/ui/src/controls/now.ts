import { useSyncExternalStore } from 'react';

const STEP_MILLIS = 1000;

/** The time, for what says how long ago something was: one clock for a whole page. */
function clock() {
  const listeners = new Set<() => void>();
  let ticking: ReturnType<typeof setInterval> | undefined;
  let now = Math.floor(Date.now() / STEP_MILLIS) * STEP_MILLIS;
  return {
    read: () => now,
    listen: (listener: () => void) => {
      listeners.add(listener);
      ticking ??= setInterval(() => {
        now = Math.floor(Date.now() / STEP_MILLIS) * STEP_MILLIS;
        listeners.forEach((told) => told());
      }, STEP_MILLIS);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(ticking);
          ticking = undefined;
        }
      };
    },
  };
}

const wall = clock();

export const useNow = () => useSyncExternalStore(wall.listen, wall.read);
