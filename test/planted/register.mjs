// For `node --import`: the bug goes into what this process loads.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
