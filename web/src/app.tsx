// The frame of every page: where one is, what node this is, whose data is shown; and which page an address means.

import { useEffect, useRef } from "preact/hooks";
import type { System } from "./api/types";
import { usePolled } from "./api/use_polled";
import { Attribution } from "./parts/attribution";
import { Icon, Logo } from "./parts/icon";
import { Empty, ProblemNotice } from "./parts/notice";
import { LookingGlass } from "./pages/looking_glass";
import { MeasurementPage } from "./pages/measurement";
import { NodePage } from "./pages/node";
import { TargetPage } from "./pages/target";
import { Targets } from "./pages/targets";
import { catchLinks, usePlace } from "./router";
import { useRun, type LiveRun } from "./run/use_run";
import { useTheme } from "./theme";

const links = [
  { path: "/", words: "Looking glass" },
  { path: "/targets", words: "Targets" },
  { path: "/node", words: "Node" },
];

export function App() {
  const { path } = usePlace();
  const system = usePolled<System>("/system", 10);
  const live = useRun();
  const main = useRef<HTMLElement>(null);
  useArrival(path, main);
  return (
    <div class="page" onClick={catchLinks}>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header path={path} system={system.value} />
      {system.value?.demo && (
        <p class="banner" role="note">
          <strong>Demo.</strong> Simulated Internet: nothing leaves this machine.
        </p>
      )}
      {system.problem !== null && (
        <div class="frame">
          <ProblemNotice problem={system.problem} stale={system.value !== null} />
        </div>
      )}
      <main id="main" class="frame" ref={main}>
        <Page path={path} live={live} system={system.value} onChanged={system.refresh} />
      </main>
      <footer class="frame">
        {system.value !== null && <Attribution data={system.value.data} />}
        <p>
          cyberWatch {system.value?.version ?? ""} · served by the node itself, no other host is contacted
        </p>
      </footer>
    </div>
  );
}

function Page(props: { path: string; live: LiveRun; system: System | null; onChanged: () => void }) {
  const [, first = "", second, ...more] = props.path.replace(/(.)\/$/, "$1").split("/");
  if (more.length === 0) {
    if (first === "" && second === undefined) {
      return <LookingGlass live={props.live} system={props.system} onChanged={props.onChanged} />;
    }
    if (first === "node" && second === undefined) return <NodePage system={props.system} />;
    if (first === "targets" && second === undefined) return <Targets onChanged={props.onChanged} />;
    if (first === "targets" && second !== undefined) {
      return <TargetPage key={second} id={decoded(second)} onChanged={props.onChanged} />;
    }
    if (first === "measurements" && second !== undefined) {
      return <MeasurementPage key={second} id={decoded(second)} />;
    }
  }
  return (
    <>
      <h1 tabIndex={-1}>No such page</h1>
      <Empty>
        There is nothing at {props.path}. The <a href="/">looking glass</a> is a good place to start.
      </Empty>
    </>
  );
}

// A part of the address that somebody typed wrongly is taken as it stands.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Header({ path, system }: { path: string; system: System | null }) {
  const [theme, toggle] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header class="top">
      <div class="frame top-row">
        <a href="/" class="brand">
          <Logo />
          <span>cyberWatch</span>
        </a>
        <nav aria-label="Pages">
          {links.map((link) => (
            <a key={link.path} href={link.path} aria-current={isHere(path, link.path) ? "page" : undefined}>
              {link.words}
            </a>
          ))}
        </nav>
        {system !== null && (
          <a class="vantage" href="/node" title={`Version ${system.version}`}>
            {system.vantage}
          </a>
        )}
        <button type="button" class="small ghost theme" onClick={toggle} aria-label={`Switch to ${other} colours`} title={`Switch to ${other} colours`}>
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
      </div>
    </header>
  );
}

function isHere(path: string, link: string): boolean {
  return link === "/" ? path === "/" || path.startsWith("/measurements") : path === link || path.startsWith(`${link}/`);
}

// After a step to another page: its title for the window, and the focus at its heading for the keyboard.
function useArrival(path: string, main: { current: HTMLElement | null }): void {
  const arrived = useRef(path);
  useEffect(() => {
    const here = links.findLast((link) => isHere(path, link.path));
    document.title = here === undefined ? "cyberWatch" : `${here.words} · cyberWatch`;
    if (arrived.current === path) return;
    arrived.current = path;
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [path, main]);
}
