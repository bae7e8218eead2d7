// What `inspect` shows of a sound data directory, for people and for programs.

import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/offline/inspect.ts';
import { dataDirectory, quietScreen, scratch } from './data-setup.ts';

describe('inspect', () => {
  it('sums a directory up', async () => {
    const screen = quietScreen();
    await inspect(await dataDirectory(), {}, screen);
    const [summary] = screen.documents;
    const partition = { partition: 0, startOffset: 0, endOffset: 8, segments: 1 };
    expect(summary).toMatchObject({
      instanceId: 'the-old-one',
      topics: [{ name: 't', partitions: [partition] }, { name: 't.dlq' }],
      groups: [
        { name: 'g', kind: 'share', messages: { fresh: 0, leased: 6, scheduled: 2 } },
        { name: 'readers', kind: 'consumer', members: [], offsets: [{ topic: 't', offset: 5 }] },
      ],
    });
    const { tables } = summary as { tables: { table: string; rows: number; bytes: number }[] };
    expect(tables.find(({ table }) => table === 'batches')).toMatchObject({ rows: 4 });
    expect(tables.find(({ table }) => table === 'topics')?.bytes).toBeGreaterThan(50);
    const [text] = screen.lines;
    expect(text).toMatch(/t +1 +0 +0 +8 +1/);
    expect(text).toContain('2 scheduled, 6 leased');
  });

  it('shows segments and batches, an object a line', async () => {
    const screen = quietScreen(true);
    await inspect(await dataDirectory(), { topic: 't' }, screen);
    const [segment, ...batches] = screen.lines.map((line) => JSON.parse(line) as object);
    expect(segment).toMatchObject({ kind: 'segment', baseOffset: 0, nextOffset: 8 });
    expect(batches).toHaveLength(4);
    const about = { codec: 'none', flags: [], records: 2, producer: null };
    expect(batches[1]).toMatchObject({ kind: 'batch', baseOffset: 2, lastOffset: 3, ...about });
  });

  it('shows one record', async () => {
    const screen = quietScreen();
    await inspect(await dataDirectory(), { topic: 't', partition: 0, offset: 3 }, screen);
    const record = { offset: 3, key: null, value: { text: '1b' }, headers: [] };
    expect(screen.documents).toMatchObject([{ ...record, batch: { baseOffset: 2 } }]);
    expect(screen.lines[0]).toContain('t/0 at offset 3');
  });

  it('says what is not there', async () => {
    const directory = await dataDirectory();
    const refusal = async (where: string, options: Parameters<typeof inspect>[1]) =>
      inspect(where, options, quietScreen()).then(
        () => 'none',
        ({ exit, message }: { exit: string; message: string }) => `${exit}: ${message}`,
      );
    const place = { topic: 't', partition: 0 };
    expect(await refusal(directory, { topic: 'u' })).toContain('noInput: there is no topic u');
    expect(await refusal(directory, { topic: 't', partition: 1 })).toContain('no partition 1');
    expect(await refusal(directory, { ...place, offset: 8 })).toContain('noInput: there is no rec');
    expect(await refusal(directory, { offset: 8 })).toContain('badOption');
    expect(await refusal(directory, { partition: 0 })).toContain('badOption');
    expect(await refusal(scratch(), {})).toContain('noInput');
    expect(await refusal('/nowhere/at/all', {})).toContain('does not exist');
  });
});
