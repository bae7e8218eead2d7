// What an edit makes of a résumé: a function from one document to the next. It knows no queue.

import type { Edit, Resume } from './messages.ts';

export const SKILLS_MAX = 60;
export const JOBS_MAX = 30;

/** An edit that does not fit the document, however often it is tried. */
export class BadEdit extends Error {
  override readonly name = 'BadEdit';
}

export function emptyResume(user: string): Resume {
  return { user, version: 0, name: user, title: '', skills: [], jobs: [] };
}

/** The next version. Throws BadEdit. */
export function applyEdit(resume: Resume, edit: Edit): Resume {
  return { ...resume, ...changeOf(resume, edit), version: resume.version + 1 };
}

function changeOf({ skills, jobs }: Resume, edit: Edit): Partial<Resume> {
  switch (edit.kind) {
    case 'set-name':
      return { name: edit.name };
    case 'set-title':
      return { title: edit.title };
    case 'add-skill':
      if (skills.length >= SKILLS_MAX) throw new BadEdit(`no more than ${SKILLS_MAX} skills`);
      return { skills: [...skills, edit.skill] };
    case 'add-job': {
      const { from, to, company } = edit.job;
      if (to !== null && to < from)
        throw new BadEdit(`the job at ${company} ends before it begins`);
      if (jobs.length >= JOBS_MAX) throw new BadEdit(`no more than ${JOBS_MAX} jobs`);
      return { jobs: [...jobs, edit.job] };
    }
    case 'remove-job': {
      const rest = jobs.filter(({ company }) => company !== edit.company);
      if (rest.length === jobs.length) throw new BadEdit(`there is no job at ${edit.company}`);
      return { jobs: rest };
    }
    default:
      throw new BadEdit(`no such edit: ${(edit as { readonly kind: string }).kind}`);
  }
}
