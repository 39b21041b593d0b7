import { Navigate, NavLink, Route, Routes } from 'react-router';
import { useSession } from '../../api/session';
import { Page } from '../../controls/Page';
import { Corrections } from './Corrections';
import { Figures } from './Figures';
import { Queue } from './Queue';

const TABS = [
  { path: 'queue', name: 'Queue', view: Queue, needs: 'admin:operate' },
  { path: 'corrections', name: 'Corrections', view: Corrections, needs: 'admin:operate' },
  { path: 'figures', name: 'What it tells', view: Figures, needs: 'admin:view' },
] as const;

export default function Review() {
  const { may } = useSession();
  const tabs = TABS.filter((tab) => may(tab.needs));
  return (
    <Page title="Review" lead="A few answers of each week, read by people who do not know which model gave them.">
      <nav className="tabs" aria-label="Review">
        {tabs.map((tab) => (
          <NavLink key={tab.path} to={`/review/${tab.path}`}>
            {tab.name}
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route index element={<Navigate to={`/review/${tabs[0]?.path ?? 'figures'}`} replace />} />
        {tabs.map(({ path, view: View }) => (
          <Route key={path} path={path} element={<View />} />
        ))}
      </Routes>
    </Page>
  );
}
