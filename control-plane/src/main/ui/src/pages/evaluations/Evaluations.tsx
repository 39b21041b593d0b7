import { Route, Routes } from 'react-router';
import { Page } from '../../controls/Page';
import { GoldenSets } from './GoldenSets';
import { Judges } from './Judges';
import { OneRun } from './OneRun';
import { Runs } from './Runs';

export default function Evaluations() {
  return (
    <Routes>
      <Route
        index
        element={
          <Page title="Evaluations" lead="Golden sets in versions that nobody changes, runs of models over them, and whether one may replace another.">
            <Runs />
            <GoldenSets />
            <Judges />
          </Page>
        }
      />
      <Route path=":id" element={<OneRun />} />
    </Routes>
  );
}
