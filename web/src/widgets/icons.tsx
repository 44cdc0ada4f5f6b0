// SPDX-License-Identifier: Apache-2.0
// Drawn here: lines of a grid of 24. They say nothing to a reader of screens; the words beside them do.

const PATHS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  collections: "M4 6h16M4 12h16M4 18h16",
  endpoints: "M5 5v14M5 8h6M5 16h6M13 5h6v6h-6zM13 13h6v6h-6z",
  changes: "M4 12h4l2-6 4 12 2-6h4",
  sensitive: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM12 9v4M12 16v.5",
  map: "M6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 6.5l8 1M7 8l1.500 8M10.500 16.500l6-6.500",
  live: "M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM8.500 15.500a5 5 0 0 1 0-7M15.500 8.500a5 5 0 0 1 0 7M5.500 18.500a9 9 0 0 1 0-13M18.500 5.500a9 9 0 0 1 0 13",
  openapi: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h5",
  collector: "M12 3l8 4.500v9L12 21l-8-4.500v-9zM12 8l4 2.200v4L12 16.500l-4-2.300v-4z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  down: "M12 4v11M7 11l5 5 5-5M5 20h14",
  up: "M12 16V5M7 9l5-5 5 5M5 20h14",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12M18 6L6 18",
  chevron: "M9 6l6 6-6 6",
  refresh: "M20 11a8 8 0 1 0-1 5M20 5v6h-6",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  columns: "M4 5h16v14H4zM10 5v14M15 5v14",
  star: "M12 4l2.500 5.200 5.500.800-4 4 1 5.800-5-2.800-5 2.800 1-5.800-4-4 5.500-.800z",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  undo: "M9 5L4 10l5 5M4 10h10a6 6 0 0 1 0 12h-2",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  link: "M10 14l4-4M8 11l-3 3a3.500 3.500 0 0 0 5 5l3-3M16 13l3-3a3.500 3.500 0 0 0-5-5l-3 3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 2 28 9v14l-12 7L4 23V9z" fill="#f59f00" />
      <path d="M16 9l6 3.500v7L16 23l-6-3.500v-7z" fill="#fff" />
    </svg>
  );
}
