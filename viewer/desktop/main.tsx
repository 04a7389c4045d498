import { render } from 'preact';
import { DesktopPage } from './desktop-page.js';

const root = document.querySelector('#app');
if (root !== null) render(<DesktopPage />, root);
