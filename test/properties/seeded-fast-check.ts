// What tests get as `fast-check`: the library, with one seed for all properties that name none. So the default tests try the
// same inputs each time, and `npm run properties` others.

import { configureGlobal, readConfigureGlobal } from 'fast-check';

const seed = Number(process.env['MILLRACE_PROPERTIES_SEED'] ?? 1);
configureGlobal({ ...readConfigureGlobal(), seed });

export * from 'fast-check';
