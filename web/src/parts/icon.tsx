// The few pictures of the page, drawn in the colour of the text beside them. Always beside words, never alone.

const shapes = {
  run: "M5 3.5v9l7.5-4.5z",
  stop: "M4 4h8v8H4z",
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  question: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.6v.1",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  link: "M6.8 9.2 9.2 6.8M7.5 5l1.6-1.6a2.5 2.5 0 0 1 3.5 3.5L11 8.5M8.5 11l-1.6 1.6a2.5 2.5 0 0 1-3.5-3.5L5 7.5",
  back: "M9.5 3.5 5 8l4.5 4.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  bin: "M3.5 4.5h9M6.5 4.5v-1.5h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  again: "M12.5 5.5A5 5 0 1 0 13 8.5M13 2.5v3.2H9.8",
} as const;

const filled = new Set<IconName>(["run", "stop"]);

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  const solid = filled.has(name);
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={shapes[name]}
        fill={solid ? "currentColor" : "none"}
        stroke={solid ? "none" : "currentColor"}
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="14" fill="none" stroke="currentColor" stroke-width="2" opacity="0.35" />
      <path d="M16 2a14 14 0 0 1 14 14" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
      <path d="M8 21.5 13.5 14l5 4L24 10" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
      <circle cx="8" cy="21.5" r="2.4" fill="currentColor" />
      <circle cx="13.5" cy="14" r="2.4" fill="currentColor" />
      <circle cx="18.5" cy="18" r="2.4" fill="currentColor" />
      <circle cx="24" cy="10" r="3" fill="currentColor" />
    </svg>
  );
}
