// The scenarios package has no API: its programs are run, not imported.
export {};
