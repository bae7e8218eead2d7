// Opens a view of a data file, says so, and stays until it is killed: node hold-a-view.mjs <storage> <file>
const [storage, path] = process.argv.slice(2);
const { openSnapshot } = await import(storage);
await openSnapshot(path);
console.log('open');
setInterval(() => undefined, 1_000);
