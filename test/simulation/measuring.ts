// What node measures of its process, while a simulation runs: nothing. A broker measures from its start to the end of its
// process; a simulated one would leave a timer and an observer in the real process, and all of its world with them.

import perfHooks from 'node:perf_hooks';

const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;

class Blind {
  observe(): void {
    // There is nothing to be told.
  }

  disconnect(): void {
    // Nothing was told.
  }
}

export function stopMeasuring(): void {
  const never = { enable: () => true, disable: () => true, reset: () => undefined };
  Object.assign(perfHooks, { monitorEventLoopDelay: () => never, PerformanceObserver: Blind });
}

export function measureAgain(): void {
  Object.assign(perfHooks, { monitorEventLoopDelay, PerformanceObserver });
}
