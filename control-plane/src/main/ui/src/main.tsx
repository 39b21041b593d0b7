import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/App';
import './styles.css';

const root = document.getElementById('weir');
if (!root) throw new Error('the page has no place for the interface');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
