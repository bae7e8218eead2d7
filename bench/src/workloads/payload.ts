// Values to send, the same at every start: bytes without a pattern, or texts that compress as those of programs do.

/** `random` does not get smaller by compression. */
export const PAYLOADS = ['random', 'text', 'json'] as const;

export type PayloadKind = (typeof PAYLOADS)[number];

/** `count` values of `bytes` bytes. */
export function payload(bytes: number, count: number, kind: PayloadKind = 'random'): Buffer[] {
  if (kind === 'random') return randomValues(bytes, count);
  const next = xorshift32();
  return Array.from({ length: count }, (_, n) => {
    return Buffer.from(kind === 'text' ? textOf(bytes, next) : jsonOf(bytes, n, next), 'latin1');
  });
}

/** Numbers of 32 bits, which may be negative. */
function xorshift32(): () => number {
  let state = 0x9e37_79b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}

function randomValues(bytes: number, count: number): Buffer[] {
  const all = Buffer.alloc(bytes * count);
  const next = xorshift32();
  for (let i = 0; i < all.length; i += 1) all[i] = next() & 0xff;
  return Array.from({ length: count }, (_, i) => all.subarray(i * bytes, (i + 1) * bytes));
}

const WORDS =
  'the of and to a in is it that for was on are as with they be at one have this from by hot but some what there we can out other were all your when up use word how said an each she which do their time if will way about many then them would write like so these her long make thing see him two has look more day could go come did my sound no most number who over know water than call first people may down side been now find any new work part take get place made live where after back little only round man year came show every good me give our under name'.split(
    ' ',
  );

/** Common words come more often: the square of an even draw. */
function wordOf(next: () => number): string {
  const drawn = (next() >>> 0) / 2 ** 32;
  return WORDS[Math.floor(drawn * drawn * WORDS.length)] ?? '';
}

function textOf(bytes: number, next: () => number): string {
  let text = wordOf(next);
  while (text.length < bytes) text += ` ${wordOf(next)}`;
  return text.slice(0, bytes);
}

/** An object of a few fields, one of which is as long as is left; below 90 bytes it is cut off. */
function jsonOf(bytes: number, n: number, next: () => number): string {
  const amount = (next() >>> 0) % 100_000;
  const head = `{"id":${100_000 + n},"type":"order","state":"${wordOf(next)}","amount":${amount},"tags":["${wordOf(next)}"],"note":"`;
  const tail = '"}';
  const left = Math.max(0, bytes - head.length - tail.length);
  return (head + textOf(left, next) + tail).slice(0, bytes);
}
