// Buttons, and links that look like one.
import type { ComponentChildren } from 'preact';
import { Icon, type IconShape } from './icon.tsx';

export interface ButtonProps {
  readonly children?: ComponentChildren;
  /** `primary`: the one thing to do here. `danger`: destroys. `quiet`: without a frame. */
  readonly kind?: 'primary' | 'danger' | 'quiet' | undefined;
  readonly icon?: IconShape | undefined;
  /** Of a button that is an icon alone: what it does. */
  readonly label?: string | undefined;
  readonly title?: string | undefined;
  readonly isSmall?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly type?: 'button' | 'submit' | undefined;
  readonly autoFocus?: boolean | undefined;
  readonly onPress?: ((event: MouseEvent) => void) | undefined;
}

export function Button(props: ButtonProps) {
  const { children, kind, icon, label, title, isSmall, isDisabled, type = 'button' } = props;
  return (
    <button
      type={type}
      class="button"
      data-kind={kind}
      data-small={isSmall ? '' : undefined}
      data-icon={children === undefined ? '' : undefined}
      aria-label={label}
      title={title ?? label}
      disabled={isDisabled}
      data-autofocus={props.autoFocus ? '' : undefined}
      onClick={props.onPress}
    >
      {icon === undefined ? null : <Icon shape={icon} />}
      {children}
    </button>
  );
}

interface LinkButtonProps {
  readonly children: ComponentChildren;
  /** Of `linkTo`. */
  readonly to: string;
  readonly kind?: 'primary' | 'quiet' | undefined;
  readonly icon?: IconShape | undefined;
  readonly isSmall?: boolean | undefined;
}

export function LinkButton({ children, to, kind, icon, isSmall }: LinkButtonProps) {
  return (
    <a class="button" data-kind={kind} data-small={isSmall ? '' : undefined} href={to}>
      {icon === undefined ? null : <Icon shape={icon} />}
      {children}
    </a>
  );
}
