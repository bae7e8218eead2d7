// Light, dark, or as the system says; what was chosen is remembered by this browser.
import { computed, effect, signal } from '@preact/signals';
import { isDarkSystem } from '../components/screen.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'millrace-theme';

export const theme = signal<Theme>(remembered());

export const isDark = computed(() =>
  theme.value === 'auto' ? isDarkSystem.value : theme.value === 'dark',
);

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'auto') delete dataset['theme'];
  else dataset['theme'] = theme.value;
});

export function setTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser that keeps nothing for this page: the choice lasts until it is closed.
  }
}

function remembered(): Theme {
  try {
    const text = localStorage.getItem(KEY);
    return THEMES.find((one) => one === text) ?? 'auto';
  } catch {
    return 'auto';
  }
}
