import { Suspense, useEffect, useState } from 'react';
import { Link, NavLink, Route, Routes, useLocation, useNavigate } from 'react-router';
import { useSession, useSignOut } from '../api/session';
import { Empty, Waiting } from '../controls/Notice';
import { Help } from './Help';
import { PAGES } from './pages';
import type { Command } from './Palette';
import { Palette } from './Palette';
import type { Preferences } from './preferences';
import { preferences, usePreferences } from './preferences';
import { useShortcuts, walk } from './shortcuts';

const THEMES: Preferences['theme'][] = ['system', 'light', 'dark'];

/** Around every page: where to go, who is in, and whether Weir is there. */
export function Shell(props: { isAway: boolean }) {
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { theme, singleKeys } = usePreferences();
  const [open, setOpen] = useState<'palette' | 'help' | 'menu' | null>(null);
  const close = () => setOpen(null);
  const pages = PAGES.filter((page) => session.may(page.needs));
  const mayLeave = Boolean(session.status.csrf);

  // The address changes before the page is there, and whatever was opened meanwhile stays.
  useEffect(() => setOpen((now) => (now === 'menu' ? null : now)), [pathname]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setOpen((now) => (now === 'palette' ? null : 'palette'));
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  useShortcuts(
    {
      '?': () => setOpen('help'),
      '/': () => document.querySelector<HTMLElement>('main [data-filter]')?.focus(),
      j: () => walk(1),
      k: () => walk(-1),
      ...Object.fromEntries(pages.map((page) => [`g ${page.key}`, () => void navigate(page.path)])),
    },
    singleKeys,
  );

  const commands: Command[] = [
    ...pages.map((page) => ({ name: page.name, keys: `g ${page.key}`, run: () => void navigate(page.path) })),
    ...THEMES.map((name) => ({ name: `Colours: ${name}`, run: () => preferences.change({ theme: name }) })),
    { name: 'Keyboard', keys: '?', run: () => setOpen('help') },
    ...(mayLeave ? [{ name: 'Sign out', run: () => signOut.mutate() }] : []),
  ];

  return (
    <div className={open === 'menu' ? 'shell menu' : 'shell'}>
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="top">
        <button type="button" className="quiet only-narrow" aria-expanded={open === 'menu'} aria-controls="pages" onClick={() => setOpen(open === 'menu' ? null : 'menu')}>
          <span aria-hidden="true">☰</span> Menu
        </button>
        <Link to="/" className="brand">
          <img src="/ui/weir.svg" alt="" width="26" height="26" /> Weir
        </Link>
        <button type="button" className="search" onClick={() => setOpen('palette')}>
          Go to… <kbd>Ctrl K</kbd>
        </button>
        <span className="who" title={session.status.key ? `key ${session.status.key}` : (session.status.user ?? 'nobody is asked for a key')}>
          <span className="role">{session.role}</span> <span className="tenant">{session.status.tenant}</span>
        </span>
        {mayLeave && (
          <button type="button" className="quiet" onClick={() => signOut.mutate()}>
            Sign out
          </button>
        )}
      </header>
      <nav id="pages" aria-label="Pages">
        {pages.map((page) => (
          <NavLink key={page.path} to={page.path} end={page.path === '/'}>
            <svg viewBox="0 0 20 24" aria-hidden="true">
              <path d={page.icon} />
            </svg>
            {page.name}
          </NavLink>
        ))}
        <div className="bottom">
          <label>
            <span className="unseen">Colours</span>
            <select value={theme} onChange={(event) => preferences.change({ theme: event.target.value as Preferences['theme'] })}>
              {THEMES.map((name) => (
                <option key={name} value={name}>
                  {name === 'system' ? 'System colours' : name === 'light' ? 'Light' : 'Dark'}
                </option>
              ))}
            </select>
          </label>
          <button type="button" className="quiet" onClick={() => setOpen('help')}>
            Keyboard <kbd>?</kbd>
          </button>
        </div>
      </nav>
      <main id="content" tabIndex={-1}>
        {props.isAway && (
          <div className="notice bad" role="alert">
            <strong>✕ Weir does not answer.</strong>
            <span>What is here is from before. The page goes on by itself as soon as Weir is back: look whether it runs, and whether this machine reaches it.</span>
          </div>
        )}
        <Suspense fallback={<Waiting what="Opening the page" />}>
          <Routes>
            {pages.map(({ path, page: View }) => (
              <Route key={path} path={path === '/' ? '/' : `${path}/*`} element={<View />} />
            ))}
            <Route
              path="*"
              element={
                <Empty title="There is no such page.">
                  It may need a role that you do not have (yours is {session.role}). Go to the <Link to="/">overview</Link>.
                </Empty>
              }
            />
          </Routes>
        </Suspense>
      </main>
      {open === 'palette' && <Palette commands={commands} onClose={close} />}
      {open === 'help' && <Help onClose={close} />}
    </div>
  );
}
