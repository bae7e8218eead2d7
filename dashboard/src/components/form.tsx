// A form: what is in its fields, sending it, and showing what is wrong beside the field that the gateway names.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Problem } from '../api/problem.ts';
import { ProblemNote } from './note.tsx';
import { useShownProblem } from './shown-problem.ts';

type Values = Readonly<Record<string, string | boolean>>;

export interface FormState<V extends Values> {
  readonly values: V;
  readonly problem: Problem | undefined;
  readonly isBusy: boolean;
  /** For a TextField, TextArea or Select: `<TextField label="Name" {...form.field('name')} />`. */
  readonly field: (name: TextName<V>) => BoundField;
  readonly set: (values: Partial<V>) => void;
  readonly submit: (event?: Event) => void;
}

type TextName<V> = { [N in keyof V]: V[N] extends string ? N : never }[keyof V] & string;

interface BoundField {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly fault: string | undefined;
}

/**
 * A form of these fields. `send` gets what is in them; a Problem that it throws is shown at the field that it names, where
 * the form has one of that name, and above the form otherwise. Throw `fieldProblem` for what the page itself finds.
 */
export function useForm<V extends Values>(
  first: V,
  send: (values: V) => Promise<unknown>,
): FormState<V> {
  const [values, setValues] = useState(first);
  const [problem, setProblem] = useShownProblem();
  const [isBusy, setBusy] = useState(false);
  const set = (some: Partial<V>) => setValues((before) => ({ ...before, ...some }));
  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await send(values);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, { detail: String(error) }));
    } finally {
      setBusy(false);
    }
  };
  return {
    values,
    problem,
    isBusy,
    field: (name) => ({
      value: values[name] as string,
      onInput: (value) => set({ [name]: value } as unknown as Partial<V>),
      fault: problem !== undefined && isOf(problem, name) ? problem.message : undefined,
    }),
    set,
    submit: (event) => {
      event?.preventDefault();
      if (!isBusy) void submit();
    },
  };
}

/** `settings.maxDeliveries` is about the field `maxDeliveries`. */
function isOf({ field }: Problem, name: string): boolean {
  return field === name || field?.endsWith(`.${name}`) === true;
}

interface FormProps<V extends Values> {
  readonly form: FormState<V>;
  readonly id?: string;
  readonly children: ComponentChildren;
}

/** Enter sends it. Buttons that stand elsewhere name its `id` or call `form.submit`. */
export function Form<V extends Values>({ form, id, children }: FormProps<V>) {
  const { problem, values } = form;
  const isShown = problem !== undefined && !Object.keys(values).some((name) => isOf(problem, name));
  return (
    <form class="form" id={id} noValidate onSubmit={form.submit}>
      {isShown ? <ProblemNote problem={problem} /> : null}
      {children}
      <button type="submit" hidden />
    </form>
  );
}

/** Fields that most leave as they are. */
export function MoreFields({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <details class="form-more">
      <summary>{title}</summary>
      <div class="form">{children}</div>
    </details>
  );
}
