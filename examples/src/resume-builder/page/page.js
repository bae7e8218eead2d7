// Shows the state of all résumés, once a second, and sends what people do. All text goes in as text, never as markup.

const EVERY_MS = 1_000;
const TRIES_MAX = 5;

/** The fields of each kind of edit: name, label, type. */
const FIELDS = {
  'set-name': [['name', 'Name', 'text']],
  'set-title': [['title', 'Title', 'text']],
  'add-skill': [['skill', 'Skill', 'text']],
  'add-job': [
    ['company', 'Company', 'text'],
    ['role', 'Role', 'text'],
    ['from', 'First year', 'number'],
    ['to', 'Last year; empty: it goes on', 'number'],
  ],
  'remove-job': [['company', 'Company', 'text']],
};

const byId = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** Of JSON, or what went wrong in words. */
async function ask(method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

/** The same id each time: however often it has to be sent, it is one edit. */
async function sendEdit(user, edit) {
  const id = crypto.randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask('POST', `/api/resumes/${user}/edits`, { id, edit });
    } catch (error) {
      // No answer at all: fetch says so with a TypeError.
      if (!(error instanceof TypeError) || attempt === TRIES_MAX) throw error;
      await pause(attempt * 300);
    }
  }
}

function tile({ name, waiting, leased, scheduled, acknowledged, dead }) {
  const rows = Object.entries({ waiting, 'in work': leased, later: scheduled, done: acknowledged });
  const list = make('dl', {}, ...rows.flatMap(([label, count]) => pair(label, count)));
  list.append(...pair('dead', dead, dead > 0 ? 'bad' : ''));
  return make('div', { className: 'tile' }, make('strong', {}, name), list);
}

function pair(label, count, className = '') {
  return [make('dt', {}, label), make('dd', { className }, String(count))];
}

function resumeRow({ user, name, version, pdfVersion }) {
  const link = make('a', { href: `/resumes/${user}.pdf` }, `version ${pdfVersion}`);
  const state = pdfVersion === version ? ['good', ' newest'] : ['muted', ' older'];
  const pdf =
    pdfVersion === null ? ['none yet'] : [link, make('span', { className: state[0] }, state[1])];
  return make(
    'tr',
    {},
    make('td', {}, user),
    make('td', {}, name),
    make('td', { className: 'number' }, String(version)),
    make('td', {}, ...pdf),
  );
}

function failureItem({ id, user, queue, cause, error, deliveries, advice, canRedrive }) {
  const act = (verb) => () => tried(() => ask('POST', `/api/failures/${id}/${verb}`, {}));
  const drop = make('button', { type: 'button', onclick: act('drop') }, 'Drop');
  const again = make('button', { type: 'button', onclick: act('redrive') }, 'Redrive');
  const times = deliveries === 1 ? 'once' : `${deliveries} times`;
  return make(
    'li',
    { className: 'failure' },
    make('strong', {}, `${cause}, for ${user}`),
    make('p', { className: 'bad' }, error),
    make('p', {}, advice),
    make('p', { className: 'muted' }, `Tried ${times} by ${queue}.`),
    make('div', { className: 'actions' }, ...(canRedrive ? [again, drop] : [drop])),
  );
}

function eventItem({ kind, user, version, cause, atMs }) {
  const time = make('time', {}, new Date(atMs).toLocaleTimeString());
  return kind === 'pdf-ready'
    ? make('li', {}, time, make('span', {}, `${user}: the PDF of version ${version} is ready`))
    : make('li', {}, time, make('span', { className: 'bad' }, `${user}: failed (${cause})`));
}

/** Only what has changed is made anew: a button must not go away under the finger. */
const shown = new Map();
function show(id, rows, toNode) {
  const text = JSON.stringify(rows);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  byId(id).replaceChildren(...rows.map(toNode));
}

async function refresh() {
  const { template, queues, resumes, failures, events } = await ask('GET', '/api/state');
  show('queues', queues, tile);
  show(
    'resumes',
    resumes.toSorted((a, b) => a.user.localeCompare(b.user)),
    resumeRow,
  );
  show('failures', failures, failureItem);
  show('events', events, eventItem);
  for (const radio of byId('template').elements) radio.checked = radio.value === String(template);
}

/** Says what went wrong until something goes right. */
async function tried(run) {
  try {
    await run();
    await refresh();
    byId('trouble').hidden = true;
  } catch (error) {
    byId('trouble').textContent =
      error instanceof TypeError ? 'The application does not answer.' : error.message;
    byId('trouble').hidden = false;
  }
}

function showFields() {
  const rows = FIELDS[byId('edit').elements.kind.value].map(([name, label, type]) => {
    const limits = type === 'number' ? { min: 1700, max: 2100 } : { maxLength: 120 };
    const input = make('input', {
      name,
      type,
      required: name !== 'to',
      autocomplete: 'off',
      ...limits,
    });
    return make('label', {}, `${label} `, input);
  });
  byId('fields').replaceChildren(...rows);
}

function editOf(form) {
  const { user: _, kind, ...fields } = Object.fromEntries(new FormData(form));
  if (kind !== 'add-job') return { kind, ...fields };
  const { company, role, from, to } = fields;
  return { kind, job: { company, role, from: Number(from), to: to === '' ? null : Number(to) } };
}

const SAMPLES = {
  whole: async () => {
    const user = `person-${crypto.randomUUID().slice(0, 4)}`;
    for (const edit of sampleEdits('Grace Hopper', 1959)) await sendEdit(user, edit);
  },
  current: async () => {
    const user = `person-${crypto.randomUUID().slice(0, 4)}`;
    for (const edit of sampleEdits('Alan Kay', null)) await sendEdit(user, edit);
  },
  many: async () => {
    const people = Array.from({ length: 10 }, (_, at) => `someone-${at}`);
    await Promise.all(
      people.map(async (user) => {
        for (let at = 1; at <= 10; at += 1) {
          await sendEdit(user, { kind: 'set-title', title: `Title number ${at}` });
        }
      }),
    );
  },
};

function sampleEdits(name, to) {
  return [
    { kind: 'set-name', name },
    { kind: 'set-title', title: 'Programmer' },
    { kind: 'add-job', job: { company: 'The Laboratory', role: 'Researcher', from: 1949, to } },
    { kind: 'add-skill', skill: 'compilers' },
    { kind: 'add-skill', skill: 'patience' },
  ];
}

byId('edit').elements.kind.addEventListener('change', showFields);
byId('edit').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  void tried(async () => {
    const { user } = form.elements;
    await sendEdit(user.value, editOf(form));
    byId('sent').textContent = `Taken for ${user.value}.`;
    showFields();
  });
});
byId('template').addEventListener('change', ({ target }) => {
  void tried(() => ask('PUT', '/api/template', { template: Number(target.value) }));
});
for (const button of document.querySelectorAll('[data-sample]')) {
  button.addEventListener('click', () => {
    button.disabled = true;
    void tried(SAMPLES[button.dataset.sample]).finally(() => {
      button.disabled = false;
    });
  });
}

showFields();
while (true) {
  if (!document.hidden) await tried(async () => undefined);
  await pause(EVERY_MS);
}
