// Whose data the page shows: their licences ask for the words and the link to be on every page.

import type { System } from "../api/types";

export function Attribution({ data }: { data: System["data"] }) {
  return (
    <>
      {data.filter((source) => source.attribution !== "").map((source) => (
        <p key={source.source}>
          {isWebAddress(source.attribution_url) ? (
            <a href={source.attribution_url} rel="noreferrer">
              {source.attribution}
            </a>
          ) : (
            source.attribution
          )}{" "}
          ({source.licence})
        </p>
      ))}
    </>
  );
}

function isWebAddress(address: string): boolean {
  return /^https?:\/\//.test(address);
}
