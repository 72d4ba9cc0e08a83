// What an answer says, in words. Types and codes are as on the wire: RFC 792 and RFC 1812 for IPv4,
// RFC 4443 for IPv6; the letters are those that traceroute prints.

export interface IcmpMeaning {
  mark: string; // "!N"; empty where nothing is wrong
  words: string;
}

export const nothingWrong: IcmpMeaning = { mark: "", words: "" };

const unreachable4: Record<number, IcmpMeaning> = {
  0: { mark: "!N", words: "network unreachable" },
  1: { mark: "!H", words: "host unreachable" },
  2: { mark: "!P", words: "protocol unreachable" },
  3: nothingWrong, // port unreachable: the destination's answer to UDP
  4: { mark: "!F", words: "packet too big" },
  5: { mark: "!S", words: "source route failed" },
  6: { mark: "!N", words: "network unknown" },
  7: { mark: "!H", words: "host unknown" },
  8: { mark: "!H", words: "source host isolated" },
  9: { mark: "!X", words: "network administratively prohibited" },
  10: { mark: "!X", words: "host administratively prohibited" },
  11: { mark: "!N", words: "network unreachable for this class of service" },
  12: { mark: "!H", words: "host unreachable for this class of service" },
  13: { mark: "!X", words: "administratively prohibited" },
  14: { mark: "!X", words: "host precedence violation" },
  15: { mark: "!X", words: "precedence cut-off" },
};

const unreachable6: Record<number, IcmpMeaning> = {
  0: { mark: "!N", words: "no route to the network" },
  1: { mark: "!X", words: "administratively prohibited" },
  2: { mark: "!S", words: "beyond the scope of the source address" },
  3: { mark: "!H", words: "host unreachable" },
  4: nothingWrong, // port unreachable
  5: { mark: "!X", words: "source address failed a policy" },
  6: { mark: "!X", words: "route rejects the destination" },
};

// Type and code are null where a TCP segment answered.
export function icmpMeaning(from: string, type: number | null, code: number | null): IcmpMeaning {
  if (type === null || code === null) return nothingWrong;
  const version6 = from.includes(":");
  if (type === (version6 ? 1 : 3)) {
    return (version6 ? unreachable6 : unreachable4)[code] ?? { mark: `!${code}`, words: `unreachable, code ${code}` };
  }
  if (version6 && type === 2) return { mark: "!F", words: "packet too big" };
  return nothingWrong;
}

// What a TCP segment says of the port: SYN with ACK that it is open, RST that it is closed (RFC 9293, section 3.5.2).
export function portWords(tcpFlags: number | null): "" | "port open" | "port closed" {
  if (tcpFlags === null) return "";
  if ((tcpFlags & 0x04) !== 0) return "port closed";
  return (tcpFlags & 0x02) !== 0 ? "port open" : "";
}

// An answer that only the destination itself gives: echo reply, or its port unreachable. Nothing is claimed of TCP,
// which others answer in its name.
export function isDestinationAnswer(from: string, type: number | null, code: number | null): boolean {
  return from.includes(":")
    ? type === 129 || (type === 1 && code === 4)
    : type === 0 || (type === 3 && code === 3);
}
