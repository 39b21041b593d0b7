import { Navigate, NavLink, Route, Routes } from 'react-router';
import { Page } from '../../controls/Page';
import { Drift } from './Drift';
import { PostMortems } from './PostMortems';
import { Targets } from './Targets';

const TABS = [
  { path: 'targets', name: 'Targets', view: Targets },
  { path: 'drift', name: 'Drift', view: Drift },
  { path: 'post-mortems', name: 'Post-mortems', view: PostMortems },
];

export default function Monitoring() {
  return (
    <Page title="Monitoring" lead="Whether answers are as good as they were promised, and where they were not.">
      <nav className="tabs" aria-label="Monitoring">
        {TABS.map((tab) => (
          <NavLink key={tab.path} to={`/monitoring/${tab.path}`}>
            {tab.name}
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route index element={<Navigate to={`/monitoring/${TABS[0]?.path}`} replace />} />
        {TABS.map(({ path, view: View }) => (
          <Route key={path} path={path} element={<View />} />
        ))}
      </Routes>
    </Page>
  );
}
