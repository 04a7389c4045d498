/** All events of a recording, page by page; the end of a live one is followed. */
import { useEffect, useState } from 'preact/hooks';
import type { EventInfo, EventPage, Problem } from '../../src/contract/api.js';
import { getJson, problemOf } from '../api/client.js';

const LIVE_POLL_MS = 3000;
const RETRY_MS = 5000;
/** Enough for a day of work; what is beyond is said, not hidden. */
export const MAX_EVENTS = 50_000;

export interface Events {
  readonly events: readonly EventInfo[];
  readonly loading: boolean;
  readonly problem: Problem | null;
  readonly cut: boolean;
}

export function useEvents(sessionId: string, live: boolean): Events {
  const [state, setState] = useState<Events>({ events: [], loading: true, problem: null, cut: false });
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let events: readonly EventInfo[] = [];
    let after = 0;
    const path = `/api/v1/recordings/${sessionId}/events`;
    const run = async (): Promise<void> => {
      try {
        const page = await getJson<EventPage>(`${path}?after=${after}`, controller.signal);
        if (controller.signal.aborted) return;
        after = page.next;
        if (page.events.length > 0) events = [...events, ...page.events];
        const cut = page.more && events.length >= MAX_EVENTS;
        setState({ events, loading: page.more && !cut, problem: null, cut });
        if (page.more && !cut) void run();
        else if (live && !cut) timer = setTimeout(() => void run(), LIVE_POLL_MS);
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((old) => ({ ...old, loading: false, problem: problemOf(error) }));
        timer = setTimeout(() => void run(), RETRY_MS);
      }
    };
    void run();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [sessionId, live]);
  return state;
}
