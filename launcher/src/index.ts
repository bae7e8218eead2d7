// The public surface of @millrace/launcher: its program, for the tests of its command line.

export { MILLRACE_PROGRAM } from './program.ts';
