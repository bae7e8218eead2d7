// The résumé builder, whole: every role is killed in the middle of the work, and yet no edit is lost, applied twice or out of order, every
// PDF is there, every event is told once, and what died is redriven after the fault is mended.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderDashboards } from '../../scripts/dashboards/all.mjs';
import { DEAD_QUEUE, QUEUES } from '../src/resume-builder/queues.ts';
import { ResumeApp, type Role } from './support/resume-app.ts';

const USERS = ['ada', 'bob', 'cleo', 'dan', 'eve'];
const EDITS = 20;
const CRASHES: readonly Role[] = ['edits', 'pdfs', 'notifier', 'dead-letters', 'web'];

const skills = Array.from({ length: EDITS }, (_, at) => `skill-${at}`);

describe('résumé builder', () => {
  let app: ResumeApp;
  beforeAll(async () => {
    app = await ResumeApp.start();
  }, 120_000);
  afterAll(async () => {
    await app?.end();
  });

  const resumeOf = async (user: string) =>
    (await app.state()).resumes.find((resume) => resume.user === user);

  test('crashes of every role lose, double and disorder nothing', {
    timeout: 120_000,
  }, async () => {
    let taken = 0;
    const sending = USERS.map(async (user) => {
      for (const skill of skills) {
        await app.edit(user, skill, { kind: 'add-skill', skill });
        taken += 1;
      }
    });
    const crashing = (async () => {
      for (const [at, role] of CRASHES.entries()) {
        const from = ((at + 1) * USERS.length * EDITS) / (CRASHES.length + 2);
        await app.until(`${from} edits are taken`, async () => taken >= from);
        await app.crash(role);
      }
    })();
    await Promise.all([...sending, crashing]);
    await app.until('all is applied and printed', async () => {
      const { resumes } = await app.state();
      const done = resumes.filter(
        ({ version, pdfVersion }) => version >= EDITS && pdfVersion === version,
      );
      return done.length === USERS.length;
    });
    const { resumes, failures } = await app.state();
    const found = resumes.map((resume) => [resume.user, [resume.version, resume.skills]]);
    const expected = USERS.map((user) => [user, [EDITS, skills]]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(failures).toEqual([]);
  });

  test('the PDF is one', async () => {
    const reply = await app.get('/resumes/ada.pdf');
    expect(reply.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await reply.arrayBuffer());
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('%PDF-1.3');
    expect(bytes.subarray(-6).toString('latin1')).toContain('%%EOF');
  });

  test('an edit that is sent again is one edit', async () => {
    await app.edit('ada', 'skill-0', { kind: 'add-skill', skill: 'skill-0' });
    await app.edit('ada', 'after', { kind: 'set-title', title: 'Countess' });
    await app.until('the edit after it is applied', async () => {
      return (await resumeOf('ada'))?.title === 'Countess';
    });
    expect((await resumeOf('ada'))?.version).toBe(EDITS + 1);
  });

  test('what is no edit is refused by name', async () => {
    const body = { id: 'x', edit: { kind: 'set-name', name: 7 } };
    const reply = await app.ask('POST', '/api/resumes/ada/edits', body);
    expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining('edit/name')]);
    expect((await app.ask('POST', '/api/resumes/A%20b/edits', body)).status).toBe(400);
    for (const name of ['\u{1f600}', '\u0645', 'a\u0000', '\ud800', ' ']) {
      const unprintable = { id: 'x', edit: { kind: 'set-name', name } };
      const { status } = await app.ask('POST', '/api/resumes/ada/edits', unprintable);
      expect([name, status]).toEqual([name, 400]);
    }
    expect((await app.ask('POST', '/api/failures/nonsense/redrive', {})).status).toBe(400);
    const otherTopics = '00000002-0000-8000-8000-00000000ffff';
    expect((await app.ask('POST', `/api/failures/${otherTopics}/redrive`, {})).status).toBe(404);
    expect((await app.get('/resumes/nobody.pdf')).status).toBe(404);
  });

  test('a bad edit is dead at once, and those after it go on', async () => {
    await app.edit('bob', 'bad', { kind: 'remove-job', company: 'Nowhere' });
    await app.edit('bob', 'good', { kind: 'set-title', title: 'Builder' });
    await app.until('it is told', async () => (await app.state()).failures.length === 1);
    await app.until(
      'the next is applied',
      async () => (await resumeOf('bob'))?.title === 'Builder',
    );
    const [failure] = (await app.state()).failures;
    expect(failure).toMatchObject({
      user: 'bob',
      cause: 'bad-edit',
      deliveries: 1,
      canRedrive: false,
    });
    await app.ask('POST', `/api/failures/${failure?.id}/drop`, {});
    expect((await app.state()).failures).toEqual([]);
  });

  test('what the template cannot print is redriven once it is mended', {
    timeout: 90_000,
  }, async () => {
    const job = { company: 'Here', role: 'Clerk', from: 2020, to: null };
    await app.edit('eve', 'poison', { kind: 'add-job', job });
    await app.until('it is dead', async () => (await app.state()).failures.length === 1);
    const [failure] = (await app.state()).failures;
    expect(failure).toMatchObject({
      user: 'eve',
      cause: 'template',
      deliveries: 3,
      canRedrive: true,
    });
    expect((await resumeOf('eve'))?.pdfVersion).toBe(EDITS);

    await app.ask('PUT', '/api/template', { template: 2 });
    const redrive = () => app.ask('POST', `/api/failures/${failure?.id}/redrive`, {});
    expect((await redrive()).status).toBe(200);
    expect((await redrive()).status).toBe(409);
    await app.until('it is printed', async () => (await resumeOf('eve'))?.pdfVersion === EDITS + 1);
    expect((await app.state()).failures).toEqual([]);
  });

  test('every event is told once by each channel that is to tell it', {
    timeout: 90_000,
  }, async () => {
    const idle = async () =>
      (await app.state()).queues.every(
        ({ waiting, leased, scheduled }) => waiting === 0 && leased === 0 && scheduled === 0,
      );
    await app.until('the queues are empty', idle);
    const folder = (name: string) => readdir(join(app.directory.path, 'outside', name));
    const [mails, chats] = await Promise.all([folder('mail'), folder('chat')]);
    const { queues } = await app.state();
    const done = (name: string) => queues.find((queue) => queue.name === name)?.['acknowledged'];
    // Of each event a file; chat is not told of the two failures.
    expect(mails.filter((name) => name.endsWith('.txt')).length).toBe(done('resume-mail'));
    expect(chats.filter((name) => name.endsWith('.txt')).length).toBe(
      Number(done('resume-chat')) - 2,
    );
  });

  test('what its dashboard asks for is there', async () => {
    const { panels } = JSON.parse(renderDashboards().get('resume-builder.json') ?? '{}') as {
      panels: { targets?: { expr: string }[] }[];
    };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const scrape = await app.metrics();
    const asked = expressions.flatMap((expr) => [...expr.matchAll(/(millrace_\w+)\{([^}]*)\}/g)]);
    const missing = asked.filter(([, name = '', labels = '']) => {
      const [, label = '', pattern = ''] = /(queue|group|topic)=~?"([^"]*)"/.exec(labels) ?? [];
      const lines = scrape.split('\n').filter((line) => line.startsWith(`${name}{`));
      const values = lines.map((line) => new RegExp(`\\b${label}="([^"]*)"`).exec(line)?.[1] ?? '');
      return !values.some((value) => new RegExp(`^(?:${pattern})$`).test(value));
    });
    expect(asked.length).toBeGreaterThan(8);
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  test('its page in docs/examples/ names every process and queue', async () => {
    const url = new URL('../../docs/examples/resume-builder.md', import.meta.url);
    const text = await readFile(url, 'utf8');
    const queues = [...Object.values(QUEUES), DEAD_QUEUE].map(({ name }) => name);
    expect([...CRASHES, ...queues].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test('all end when they are told', { timeout: 60_000 }, async () => {
    expect(await app.end()).toBe(0);
    await expect(app.get('/')).rejects.toThrow('fetch failed');
  });
});
