// The page of the report: it holds everything, needs nothing from outside, and escapes what others wrote.
import { describe, expect, it } from 'vitest';
import { html } from '../src/report/page/html.ts';
import { renderPage } from '../src/report/page/page.ts';
import { scalingSentence } from '../src/report/reading/scaling.ts';
import { standingSentence } from '../src/report/reading/standing.ts';
import { targetsOf } from '../src/report/reading/targets.ts';
import { chosenFrom, SUITE } from '../src/report/suite.ts';
import { resultsFixture, spreadAround } from './results-fixture.ts';

const page = renderPage(resultsFixture());

describe('renderPage', () => {
  it('has a plot for every section, with a name and words for readers who do not see it', () => {
    for (const id of [
      'targets',
      'throughput',
      'latency',
      'cpu',
      'memory',
      'scaling',
      'workloads',
      'about',
    ]) {
      expect(page).toContain(`<h2 id="${id}">`);
    }
    const drawings = page.match(/<svg /g) ?? [];
    expect(drawings.length).toBeGreaterThan(20);
    expect(page.match(/<title id="/g)).toHaveLength(drawings.length);
    expect(page.match(/<desc id="/g)).toHaveLength(drawings.length);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe)\b/);
    const addresses = (page.match(/https?:\/\/[^\s"')]+/g) ?? []).filter(
      (at) => !at.startsWith('http://www.w3.org/'),
    );
    expect(addresses).toEqual([]);
    expect(page).not.toMatch(/url\((?!#)/);
  });

  it('has every id once', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('escapes what comes from elsewhere', () => {
    expect(page).not.toContain('alert(1)</script>');
    expect(page).toContain('ElasticMQ (SQS) &#60;script&#62;');
    expect(page).toContain('a message came &#60;b&#62;twice');
  });

  it('names what failed', () => {
    expect(page).toMatch(/Parts of this run failed[\s\S]*delayed --backlog 5/);
    expect(renderPage({ ...resultsFixture(), failures: [] })).not.toContain(
      'Parts of this run failed',
    );
  });

  it('says that the machine was busy', () => {
    const results = resultsFixture();
    const environment = { ...results.environment, loadAverage: 1.5 };
    expect(renderPage({ ...results, environment })).toContain('(load average 1.5 on 2 cores)');
    expect(page).not.toContain('was busy');
  });

  it('is made of what there is', () => {
    const bare = renderPage({
      ...resultsFixture(),
      workloads: [],
      curves: [],
      peers: null,
      failures: [],
    });
    expect(bare).toContain('0 of the 0 targets');
    expect(bare).not.toContain('<svg');
    expect(bare).toContain('<h2 id="about">');
  });
});

describe('html', () => {
  it('escapes all but HTML', () => {
    expect(html`<p title="${'"<&'}">${html`<b>${1}</b>`}${null}</p>`.text).toBe(
      '<p title="&#34;&#60;&#38;"><b>1</b></p>',
    );
  });
});

describe('standingSentence', () => {
  const say = (ours: number, other: number, better: 'more' | 'less') => {
    const lead = better === 'more' ? ours / other : other / ours;
    const standing = { ours, best: { title: 'Peer', value: other }, lead };
    return standingSentence('Flushed', standing, String, better);
  };

  it('says who is ahead, by how much, and says so of a peer', () => {
    expect(say(300, 100, 'more')).toBe(
      'Flushed, Millrace is ahead with 300: 3.0 times Peer (100), the best of the others.',
    );
    expect(say(100, 1_500, 'more')).toBe('Flushed, Peer (1500) wins: 15 times Millrace (100).');
    expect(say(3, 12, 'less')).toBe(
      'Flushed, Millrace is ahead with 3: Peer (12), the best of the others, takes 4.0 times as much.',
    );
    expect(say(12, 3, 'less')).toBe(
      'Flushed, Peer (3) wins: Millrace (12) takes 4.0 times as much.',
    );
    expect(say(100, 98, 'more')).toBe(
      'Flushed, Millrace (100) and Peer (98) are within 5 % of each other.',
    );
  });

  it('says that nothing is there to compare', () => {
    expect(standingSentence('Flushed', null, String, 'more')).toContain('was not measured');
    expect(
      standingSentence('Flushed', { ours: 1, best: null, lead: null }, String, 'more'),
    ).toContain('no other');
  });
});

describe('latency at a rate', () => {
  it('does not rank who did not keep up with it', () => {
    const results = resultsFixture();
    const { peers } = results;
    if (peers === null) throw new Error('no peers');
    const slow = peers.peers.map((peer) => ({
      ...peer,
      modes: peer.modes.map((mode) => ({
        ...mode,
        works: mode.works.map((work) => {
          const isIt = peer.name === 'redis-streams' && work.work === 'latency';
          return isIt ? { ...work, recordsPerSecond: spreadAround(200), note: '200/s only' } : work;
        }),
      })),
    }));
    const text = renderPage({ ...results, peers: { ...peers, peers: slow } });
    expect(text).toContain('Not ranked, as the rate was too much for it: Redis Streams.');
    expect(text).toContain('At p99, Millrace is ahead with 18.00 ms: RabbitMQ quorum queue');
    expect(text).toContain('200/s only');
    expect(page).not.toContain('Not ranked');
  });
});

describe('scalingSentence', () => {
  const sentence = (...rates: number[]) => {
    const points = rates.map((rate, at) => ({
      at: 10 ** at,
      recordsPerSecond: spreadAround(rate),
      megabytesPerSecond: 1,
      latencyMs: null,
      brokerCpuSecondsPerMillion: null,
      clientCpuSecondsPerMillion: 1,
      brokerAnonymousBytes: null,
    }));
    return scalingSentence({ workload: 'produce', points });
  };

  it('names the knee', () => {
    expect(sentence(1_000, 900, 500, 480)).toBe(
      'produce: 1k/s at 1, 480/s at 1,000 (−52 %); falls most from 10 to 100 (−44 %).',
    );
    expect(sentence(1_000, 900)).toContain('no step falls by a fifth');
    expect(sentence(5)).toBe('produce: 5/s at 1.');
  });
});

describe('targetsOf', () => {
  const found = (work: string) =>
    targetsOf(resultsFixture()).find((target) => target.work.startsWith(work));

  it('holds workloads against what is wanted', () => {
    expect(found('produce 100 B, one process')).toMatchObject({
      found: '1,090,000/s',
      isMet: false,
    });
    expect(found('consume 100 B, one process')).toMatchObject({ isMet: true });
    expect(found('produce 1 KiB, stored')).toMatchObject({ found: null, isMet: null });
  });

  it('holds ours against peers at their default, and latency against flushed ones', () => {
    expect(found('queue, in batches')).toMatchObject({ isMet: true });
    expect(found('produce one at a time, p50: each')).toMatchObject({
      found: '1.10 ms; best of the peers: Redis Streams, 0.24 ms',
      isMet: false,
    });
    expect(found("broker's CPU")).toMatchObject({ isMet: false });
  });
});

describe('the suite', () => {
  it.each(SUITE)('has a line that the bench takes, with lengths where it has them: %s', (line) => {
    const lengths = { duration: 0.5, runs: 1, warmup: 0 };
    const { workload, settings } = chosenFrom(line, lengths);
    const taken = Object.entries(lengths).filter(([name]) =>
      workload.takes.includes(name as 'runs'),
    );
    expect(settings).toMatchObject(Object.fromEntries(taken));
  });

  it('leaves lengths as they are where none is given', () => {
    expect(chosenFrom('produce --sync os', {}).settings).toMatchObject({ runs: 5, sync: 'os' });
  });
});
