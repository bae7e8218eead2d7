// The calls that wait for something, so that all are given up when the gateway begins to shut down. One listener serves
// them all: each on its own would make the list of the one signal long.

export interface WaitingCalls {
  add(controller: AbortController): void;
  delete(controller: AbortController): void;
}

export function createWaitingCalls(closing: AbortSignal): WaitingCalls {
  const controllers = new Set<AbortController>();
  closing.addEventListener(
    'abort',
    () => {
      for (const controller of controllers) controller.abort(closing.reason);
    },
    { once: true },
  );
  return {
    add: (controller) => {
      controllers.add(controller);
      if (closing.aborted) controller.abort(closing.reason);
    },
    delete: (controller) => {
      controllers.delete(controller);
    },
  };
}
