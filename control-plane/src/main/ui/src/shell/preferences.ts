import { useSyncExternalStore } from 'react';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Keys without Ctrl or Cmd can be hit by accident, by speech input above all. */
  singleKeys: boolean;
}

const KEY = 'weir.preferences';
const DEFAULTS: Preferences = { theme: 'system', singleKeys: true };

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

function show(preferences: Preferences) {
  const { theme } = preferences;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** What somebody prefers, kept in the browser; nothing of it is secret. */
function store() {
  const listeners = new Set<() => void>();
  let current = read();
  show(current);
  return {
    read: () => current,
    change: (part: Partial<Preferences>) => {
      current = { ...current, ...part };
      localStorage.setItem(KEY, JSON.stringify(current));
      show(current);
      listeners.forEach((listener) => listener());
    },
    listen: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const preferences = store();

const dark = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');

/** Whether the system is dark now; it may change at dusk. */
export const useSystemDark = () =>
  useSyncExternalStore(
    (listener) => {
      dark?.addEventListener('change', listener);
      return () => dark?.removeEventListener('change', listener);
    },
    () => dark?.matches ?? false,
  );

export const usePreferences = () => useSyncExternalStore(preferences.listen, preferences.read);
