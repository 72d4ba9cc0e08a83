// What the loss of a hop of an mtr means, in the words of the command line's table. Only loss that goes on to the
// destination is loss of traffic; a router that answers as it likes has lost nothing.

import type { HopReading } from "../api/types";

export interface ReadingWords {
  tone: "bad" | "unsure" | "quiet";
  words: string; // empty where there is nothing to add
  why: string;
}

export function readingWords(reading: HopReading): ReadingWords {
  switch (reading) {
    case "rate_limited":
      return { tone: "quiet", words: "limits answers", why: "Later hops lose fewer: it forwards, and answers as it likes" };
    case "forwarding_loss":
      return { tone: "bad", words: "loss begins here", why: "It goes on to the destination" };
    case "loss_before":
      return { tone: "unsure", words: "lost before", why: "An earlier hop loses these already" };
    case "destination_loss":
      return { tone: "bad", words: "lost at the destination", why: "No hop before it loses: the last link, or the host itself" };
    case "unclear":
      return {
        tone: "unsure",
        words: "loses; the destination never answered",
        why: "Nobody can say whether traffic is lost",
      };
    case "not_probed":
      return { tone: "quiet", words: "joined from another trace", why: "Nothing was sent to this hop" };
    case "silent":
    case "no_answer":
    case "ok":
      return { tone: "quiet", words: "", why: "" };
  }
}
