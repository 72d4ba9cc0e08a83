// A live run of the looking glass: starts it, follows its events, stops it. The browser's EventSource comes back
// by itself after a cut and says where it was; takeEvent passes over what it has seen.

import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { apiRoot, get, post, remove } from "../api/client";
import type { HopList, Measurement, NewRun, Problem, RunAccepted } from "../api/types";
import { eventNames, takeEvent, type RunEvent } from "./run_events";
import { emptyRun, type RunView } from "./run_view";
import { withStored } from "./stored_run";

interface Stored {
  measurement: Measurement;
  rows: HopList;
}

interface State {
  run: RunView | null;
  refused: Problem | null; // the run was not even started
}

type Action =
  | { do: "start"; request: NewRun }
  | { do: "accept"; id: string }
  | { do: "refuse"; problem: Problem }
  | { do: "take"; events: readonly { sequence: number; event: RunEvent }[] }
  | { do: "learn"; id: string; stored: Stored }
  | { do: "forget" };

function reduce(state: State, action: Action): State {
  switch (action.do) {
    case "start": {
      const { kind = "trace", method = "icmp", target } = action.request;
      return { run: emptyRun(kind, method, target), refused: null };
    }
    case "accept":
      return state.run === null ? state : { ...state, run: { ...state.run, id: action.id } };
    case "refuse":
      return { run: null, refused: action.problem };
    case "take": {
      const taken = action.events.reduce<RunView | null>(
        (run, { sequence, event }) => (run === null ? null : takeEvent(run, sequence, event)),
        state.run,
      );
      return { ...state, run: taken };
    }
    case "learn":
      if (state.run?.id !== action.id) return state;
      return { ...state, run: withStored(state.run, action.stored.measurement, action.stored.rows.items) };
    case "forget":
      return { run: null, refused: null };
  }
}

export interface LiveRun extends State {
  start: (request: NewRun) => void;
  stop: () => void;
}

export function useRun(): LiveRun {
  const [state, dispatch] = useReducer(reduce, { run: null, refused: null });
  const close = useRef<() => void>(() => {});
  const current = useRef<string | null>(null); // id of the run that is followed

  const leave = useCallback(() => {
    close.current();
    close.current = () => {};
    if (current.current !== null) void remove(`/looking-glass/runs/${current.current}`);
    current.current = null;
  }, []);
  useEffect(() => leave, [leave]);

  const start = useCallback(
    async (request: NewRun) => {
      leave();
      dispatch({ do: "start", request });
      let wanted = true;
      close.current = () => {
        wanted = false;
      };
      const answer = await post<RunAccepted>("/looking-glass/runs", request);
      if (answer.problem !== undefined) {
        if (wanted) dispatch({ do: "refuse", problem: answer.problem });
        return;
      }
      if (!wanted) {
        void remove(`/looking-glass/runs/${answer.value.id}`);
        return;
      }
      current.current = answer.value.id;
      dispatch({ do: "accept", id: answer.value.id });
      close.current = follow(answer.value.id, {
        take: (events) => dispatch({ do: "take", events }),
        ended: () => {
          current.current = null;
        },
        learn: (stored) => dispatch({ do: "learn", id: answer.value.id, stored }),
        lost: (problem) =>
          dispatch({ do: "take", events: [{ sequence: Number.MAX_SAFE_INTEGER, event: lostEvent(problem) }] }),
      });
    },
    [leave],
  );

  const stop = useCallback(() => {
    if (current.current !== null) {
      void remove(`/looking-glass/runs/${current.current}`); // its last event tells when it stopped
    } else {
      leave(); // not accepted yet: cancelled as soon as it is
      dispatch({ do: "forget" });
    }
  }, [leave]);

  return { ...state, start, stop };
}

interface Follower {
  take: (events: readonly { sequence: number; event: RunEvent }[]) => void;
  ended: () => void;
  learn: (stored: Stored) => void;
  lost: (problem: Problem) => void;
}

// Events are gathered and handed over once a frame: a fast run never draws more often than the screen.
function follow(id: string, follower: Follower): () => void {
  const source = new EventSource(`${apiRoot}/looking-glass/runs/${id}/events`);
  let waiting: { sequence: number; event: RunEvent }[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hand = () => {
    timer = undefined;
    const events = waiting;
    waiting = [];
    follower.take(events);
    const last = events.at(-1)?.event;
    if (last?.name === "run.completed") void learnStored(last.data.measurement_id, follower.learn);
  };
  for (const name of eventNames) {
    source.addEventListener(name, (message) => {
      const event = { name, data: JSON.parse(message.data as string) as unknown } as RunEvent;
      waiting.push({ sequence: Number(message.lastEventId), event });
      timer ??= setTimeout(hand, 16);
      if (endsRun(event)) {
        source.close();
        follower.ended();
      }
    });
  }
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
    follower.ended();
    follower.lost({
      type: "page:stream-lost",
      title: "Lost sight of the run",
      status: 0,
      detail: "The node ended the stream of this run. What is stored is under Recent measurements.",
    });
  };
  return () => {
    source.close();
    clearTimeout(timer);
  };
}

function endsRun(event: RunEvent): boolean {
  return event.name === "run.completed" || event.name === "run.failed" || event.name === "run.cancelled";
}

function lostEvent(problem: Problem): RunEvent {
  return { name: "run.failed", data: { problem } };
}

async function learnStored(id: string, learn: (stored: Stored) => void): Promise<void> {
  const [measurement, rows] = await Promise.all([
    get<Measurement>(`/measurements/${id}`),
    get<HopList>(`/measurements/${id}/hops`),
  ]);
  if (measurement.value !== undefined && rows.value !== undefined) learn({ measurement: measurement.value, rows: rows.value });
}
