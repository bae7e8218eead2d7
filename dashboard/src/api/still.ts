// What somebody types, once he has stopped: so that what is asked for it is asked once. It asks nothing itself.
import { useEffect, useState } from 'preact/hooks';

const STILL_MS = 350;

export function useStill<T extends string | undefined>(text: T): T {
  const [still, setStill] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}
