// What the parts of the résumé builder say to each other: a type for each topic. All of it is JSON.

/** Years; `to` is null while the job goes on. */
export interface Job {
  readonly company: string;
  readonly role: string;
  readonly from: number;
  readonly to: number | null;
}

export type Edit =
  | { readonly kind: 'set-name'; readonly name: string }
  | { readonly kind: 'set-title'; readonly title: string }
  | { readonly kind: 'add-skill'; readonly skill: string }
  | { readonly kind: 'add-job'; readonly job: Job }
  | { readonly kind: 'remove-job'; readonly company: string };

export interface EditMessage {
  readonly user: string;
  readonly edit: Edit;
}

/** The whole document. `version` counts the edits that were applied. */
export interface Resume {
  readonly user: string;
  readonly version: number;
  readonly name: string;
  readonly title: string;
  readonly skills: readonly string[];
  readonly jobs: readonly Job[];
}

/** Carries the document, so that who makes the PDF asks nobody for it. */
export interface PdfRequest {
  readonly resume: Resume;
}

export type Template = 1 | 2;

export interface Pdf {
  readonly user: string;
  readonly version: number;
  readonly template: Template;
  readonly base64: string;
}

export type ResumeEvent =
  | { readonly kind: 'pdf-ready'; readonly user: string; readonly version: number }
  | {
      readonly kind: 'failed';
      readonly user: string;
      readonly cause: Cause;
      readonly error: string;
    };

/** Why a message died, as far as the dead-letter handler can tell. */
export type Cause = 'bad-edit' | 'template' | 'service' | 'unknown';

export interface Failure {
  /** Of the dead letter: what a redrive names. */
  readonly id: string;
  readonly queue: string;
  readonly user: string;
  readonly cause: Cause;
  readonly error: string;
  readonly deliveries: number;
  /** What a person should do. */
  readonly advice: string;
  readonly canRedrive: boolean;
}

/** What operators may change while all runs. */
export interface Settings {
  readonly template: Template;
}
