// Dark or light: as the system says until the viewer says otherwise; their word is kept in this browser.

import { useEffect, useState } from "preact/hooks";

export type Theme = "dark" | "light";

const key = "cyberwatch-theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  try {
    const value = localStorage.getItem(key);
    return value === "dark" || value === "light" ? value : null;
  } catch {
    return null; // storage is switched off
  }
}

function current(): Theme {
  return chosen() ?? (systemDark.matches ? "dark" : "light");
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(current);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  useEffect(() => {
    const follow = () => setTheme(current());
    systemDark.addEventListener("change", follow);
    return () => systemDark.removeEventListener("change", follow);
  }, []);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(key, next);
    } catch {
      // It lasts as long as the page, then.
    }
    setTheme(next);
  };
  return [theme, toggle];
}
