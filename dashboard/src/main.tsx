// Starts the page. It alone touches the document's root.
import { render } from 'preact';
import { App } from './shell/app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
