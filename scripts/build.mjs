// npm run build: installs if needed and compiles every package.
import { ensureBuilt } from './workspace.mjs';

ensureBuilt();
