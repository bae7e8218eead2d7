// The built command line, started once for many commands: node warm-cli.mjs FOLDER. Says its port on stdout, and ends with its stdin.
// A connection sends the number of arguments and the arguments, each ended by a zero byte; it is told the exit code, when the files
// `out` and `err` in FOLDER have what the command wrote.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { runCli } from '../../../cli/dist/run-cli.js';

const [folder = '.'] = process.argv.slice(2);

class Kept extends Writable {
  chunks = [];

  _write(chunk, _encoding, done) {
    this.chunks.push(chunk);
    done();
  }
}

async function run(args) {
  const [stdin, stdout, stderr] = [new PassThrough().end(), new Kept(), new Kept()];
  const terminal = { stdin, stdout, stderr, env: process.env };
  const onSignal = () => () => undefined;
  const code = await runCli(args, { ...terminal, onSignal, exitNow: (now) => process.exit(now) });
  writeFileSync(join(folder, 'out'), Buffer.concat(stdout.chunks));
  writeFileSync(join(folder, 'err'), Buffer.concat(stderr.chunks));
  return code;
}

const server = createServer((socket) => {
  let asked = '';
  socket.setEncoding('utf8').on('data', (text) => {
    asked += text;
    const [count = '', ...args] = asked.split('\0');
    if (args.length !== Number(count) + 1) return;
    void run(args.slice(0, -1)).then((code) => socket.end(`${code}\n`));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
