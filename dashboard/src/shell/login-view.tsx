// Where the broker asks who its users are: a token, or a user with a password. Neither is kept by the page.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Command } from '../components/copy.tsx';
import { TextField } from '../components/fields.tsx';
import { Form, useForm } from '../components/form.tsx';
import icon from '../icon.svg';
import { logIn } from './session.ts';

const isByToken = signal(false);

export function LoginView() {
  useEffect(() => {
    document.title = 'Log in – Millrace';
  }, []);
  return (
    <main class="login">
      <div class="login-box">
        <h1>
          <img src={icon} alt="" /> Log in to Millrace
        </h1>
        {isByToken.value ? <TokenForm /> : <PasswordForm />}
        <button
          type="button"
          class="link"
          onClick={() => {
            isByToken.value = !isByToken.peek();
          }}
        >
          {isByToken.value ? 'Log in with a password' : 'Log in with a token'}
        </button>
      </div>
      <details class="login-more">
        <summary>No user yet?</summary>
        <p class="muted">Whoever may administer the broker makes one, or a token of one:</p>
        <Command
          text={'broker-cli users create ada\nbroker-cli tokens create ada --label laptop'}
        />
      </details>
    </main>
  );
}

function PasswordForm() {
  const form = useForm({ user: '', password: '' }, ({ user, password }) =>
    logIn({ user, password }),
  );
  return (
    <Form form={form}>
      <TextField label="User" autoComplete="username" {...form.field('user')} />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        {...form.field('password')}
      />
      <Button type="submit" kind="primary" isDisabled={form.isBusy}>
        Log in
      </Button>
    </Form>
  );
}

function TokenForm() {
  const form = useForm({ token: '' }, ({ token }) => logIn({ token: token.trim() }));
  return (
    <Form form={form}>
      <TextField label="Token" type="password" {...form.field('token')} />
      <Button type="submit" kind="primary" isDisabled={form.isBusy}>
        Log in
      </Button>
    </Form>
  );
}
