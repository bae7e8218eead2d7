// Fields of forms: each with its label, a hint, and what is wrong with it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  /** What is wrong with it. */
  readonly fault?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly isRequired?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
}

interface Described {
  readonly id: string;
  readonly 'aria-invalid': boolean | undefined;
  readonly 'aria-describedby': string | undefined;
}

interface FrameProps extends Pick<FieldProps, 'label' | 'hint' | 'fault'> {
  readonly control: (described: Described) => ComponentChildren;
}

function Frame({ label, hint, fault, control }: FrameProps) {
  const id = useId();
  const notes = `${id}-notes`;
  const hasNotes = hint !== undefined || fault !== undefined;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {control({
        id,
        'aria-invalid': fault === undefined ? undefined : true,
        'aria-describedby': hasNotes ? notes : undefined,
      })}
      {hasNotes ? (
        <span id={notes}>
          {fault === undefined ? null : <span class="field-fault">{fault} </span>}
          {hint === undefined ? null : <span class="field-hint">{hint}</span>}
        </span>
      ) : null}
    </div>
  );
}

interface TextFieldProps extends FieldProps {
  /** `number` takes digits alone; its value is still text. */
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local' | undefined;
  readonly autoFocus?: boolean | undefined;
  readonly autoComplete?: string | undefined;
  /** What is offered. */
  readonly options?: readonly string[] | undefined;
}

export function TextField(props: TextFieldProps) {
  const { value, onInput, placeholder, isRequired, isDisabled, type = 'text', options } = props;
  const list = useId();
  return (
    <Frame
      {...props}
      control={(described) => (
        <>
          <input
            {...described}
            class="input"
            {...({ type } as { type: 'text' })}
            value={value}
            placeholder={placeholder}
            required={isRequired}
            disabled={isDisabled}
            data-autofocus={props.autoFocus ? '' : undefined}
            autoComplete={props.autoComplete ?? 'off'}
            spellcheck={false}
            list={options === undefined ? undefined : list}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {options === undefined ? null : (
            <datalist id={list}>
              {options.map((option) => (
                <option key={option} value={option} />
              ))}
            </datalist>
          )}
        </>
      )}
    />
  );
}

interface TextAreaProps extends FieldProps {
  readonly rows?: number;
}

/** Several lines, of one width: JSON and other texts. */
export function TextArea(props: TextAreaProps) {
  const { value, onInput, placeholder, isDisabled, rows = 8 } = props;
  return (
    <Frame
      {...props}
      control={(described) => (
        <textarea
          {...described}
          class="input"
          rows={rows}
          value={value}
          placeholder={placeholder}
          disabled={isDisabled}
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    />
  );
}

interface SelectProps extends Omit<FieldProps, 'placeholder'> {
  readonly options: readonly (readonly [value: string, text: string])[];
}

export function Select(props: SelectProps) {
  const { value, onInput, options, isDisabled } = props;
  return (
    <Frame
      {...props}
      control={(described) => (
        <select
          {...described}
          class="input"
          value={value}
          disabled={isDisabled}
          onChange={(event) => onInput(event.currentTarget.value)}
        >
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

interface SearchProps {
  /** What it looks for, also as its placeholder: `Filter by name`. */
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** Filters what is listed. The key `/` leads to it. */
export function Search({ label, value, onInput }: SearchProps) {
  const own = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      own.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="search">
      <Icon shape="search" />
      <input
        ref={own}
        class="input"
        type="text"
        aria-label={label}
        placeholder={label}
        value={value}
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onInput('');
        }}
      />
      {value === '' ? <kbd>/</kbd> : null}
    </div>
  );
}

/** Whether keys pressed there are text. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea, select, [contenteditable]');
}
