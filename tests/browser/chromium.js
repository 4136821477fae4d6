// Debian's Chromium, with a profile of its own that goes when it ends, asking nobody but us.

import { chromium } from "playwright-core";

export function start() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
