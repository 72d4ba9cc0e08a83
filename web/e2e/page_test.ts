// The page of a running node, in a real browser. The node is CYBERWATCH_URL; what would change a node that is not
// the demo (its targets, its budget) is left alone there.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Measurement, Problem, RefusalList, RunAccepted, Setting, Target } from "../src/api/types";
import { faintTexts } from "./contrast";
import { ask, base, goodTarget, measurement, send, system, targets } from "./node";
import { readingWords } from "../src/words/reading";
import { closeBrowser, looks, openBrowser, picture, shows, visit, type Look } from "./visit";

const isDemo = (await system()).demo;

beforeAll(openBrowser);
afterAll(closeBrowser);

describe("the looking glass", () => {
  test("shows the hops of a run and the networks they belong to", async () => {
    const target = await goodTarget();
    await visit("/", async (page) => {
      await page.fill("#target", target.address);
      await page.keyboard.press("Enter");
      await shows(page, ".hop.is-answered");
      await shows(page, ".standing", /^Reached in \d+ hops?/);
      await page.waitForURL(/measurement=/);
      const stored = await measurement(new URL(page.url()).searchParams.get("measurement") ?? "");
      expect(await page.locator(".hop:not(.same-hop)").count()).toBe(stored.hops?.length);
      for (const hop of stored.hops ?? []) {
        for (const reply of hop.replies) await shows(page, ".hop .address", reply.from);
      }
      for (const network of target.last_measurement?.as_path ?? []) await shows(page, ".hop .as", `AS${network.asn}`);
      expect(await page.locator(".path-network").count()).toBeGreaterThanOrEqual(2);
    });
  });

  test("shows the same to whoever opens the copied link", async () => {
    const target = await goodTarget();
    const id = target.last_measurement?.id ?? "";
    await visit(`/measurements/${id}`, async (page) => {
      await shows(page, ".standing", /^Reached in/);
      const text = await page.locator(".hops").innerText();
      await page.click("text=Copy link");
      await shows(page, "button", "Copied");
      const link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link).toBe(`${base}/measurements/${id}`);
      await page.goto(link);
      await shows(page, ".standing", /^Reached in/);
      expect(await page.locator(".hops").innerText()).toBe(text);
    });
  });

  test("gives the hops along as text and as the JSON of the API", async () => {
    const target = await goodTarget();
    const id = target.last_measurement?.id ?? "";
    await visit(`/measurements/${id}`, async (page) => {
      await page.click("text=Copy text");
      await shows(page, "button", "Copied");
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text.split("\n")[0]).toContain(target.address);
      await page.click("text=Copy JSON");
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      await expect.poll(copied, { timeout: 15_000 }).toMatch(/^\{/);
      const json = await copied();
      expect(JSON.parse(json)).toEqual(await measurement(id));
    });
  });

  test("stops a run when told to", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=mtr&count=100&interval_ms=1000`, async (page) => {
      await page.click("button:has-text('Run')");
      await shows(page, ".hop.is-answered");
      await page.click("button:has-text('Stop')");
      await shows(page, ".standing", "Stopped before its end");
      expect(await page.locator(".hop.is-answered").count()).toBeGreaterThan(0);
    });
  });

  test("pings, and shows every probe", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=ping&count=3&interval_ms=200`, async (page) => {
      await page.click("button:has-text('Run')");
      await shows(page, ".standing", /^Answers in/);
      expect(await page.locator(".hops-ping .hop").count()).toBe(3);
    });
  });

  test("keeps the options of a run in its address, and draws all load-balanced paths", async () => {
    const target = await goodTarget();
    const options = "kind=trace&method=udp&port=33500&prober=native&multipath=true&confidence_percent=99";
    await visit(`/?target=${target.address}&${options}`, async (page) => {
      await shows(page, ".options summary", "UDP · by Native · all load-balanced paths · UDP port 33500");
      await page.click("button:has-text('Run')");
      await page.waitForURL(/measurement=/);
      await shows(page, ".graph-node");
      await page.reload();
      await shows(page, ".run-facts", /^UDP from .* sent by native/);
      await page.click(".options summary");
      expect(await page.inputValue("#prober")).toBe("native");
      expect(await page.inputValue("#port")).toBe("33500");
      expect(await page.isChecked("input[name=multipath]")).toBe(true);
      const { graph } = await measurement(new URL(page.url()).searchParams.get("measurement") ?? "");
      await shows(page, ".path-graph", graph?.complete ? "With 99 % confidence no branch of a hop was missed." : "Branches may have been missed");
      expect(await page.locator(".graph-node").count()).toBe(graph?.interfaces.length);
      expect(await page.locator(".graph-link").count()).toBe(graph?.links.length);
      await page.click("text=The same as a table");
      expect(await page.locator(".graph-table tbody tr").count()).toBe(graph?.interfaces.length);
      for (const { address } of graph?.interfaces ?? []) if (address !== null) await shows(page, ".graph-table .address", address);
      await page.locator(".graph-node").first().focus();
      await expect.poll(() => page.locator(".graph-link.is-lit").count()).toBeGreaterThan(0);
    });
  });

  test("finds the path's MTU when asked to", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=trace&mtu_search=true`, async (page) => {
      await page.click("button:has-text('Run')");
      await page.waitForURL(/measurement=/);
      const stored = await measurement(new URL(page.url()).searchParams.get("measurement") ?? "");
      expect(stored.path_mtu?.mtu).toBeGreaterThanOrEqual(68);
      await shows(page, ".path-mtu", `Path MTU ${stored.path_mtu?.mtu.toLocaleString("en-US")} bytes`);
    });
  });

  test("says what the node reads from the loss of each hop of an mtr", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=mtr&count=5&interval_ms=200`, async (page) => {
      await page.click("button:has-text('Run')");
      await page.waitForURL(/measurement=/);
      const stored = await measurement(new URL(page.url()).searchParams.get("measurement") ?? "");
      const rows = page.locator(".hop:not(.same-hop)");
      for (const [index, hop] of (stored.hops ?? []).entries()) {
        const words = readingWords(hop.reading ?? "ok").words;
        if (hop.replies.length > 0 && words !== "") await rows.nth(index).locator(".reading", { hasText: words }).waitFor();
        if (hop.reading === "ok" && hop.loss === 0) expect(await rows.nth(index).locator(".reading, .loss").count()).toBe(0);
      }
    });
  });

  test.runIf(isDemo)("says of a TCP answer whether the port is open", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=ping&method=tcp&port=443&interval_ms=200`, async (page) => {
      await page.click("button:has-text('Run')");
      await shows(page, ".standing", /^Answers in/);
      await shows(page, ".mark", /^port (open|closed)$/);
    });
  });

  test.runIf(isDemo)("shows beside the choice of the prober that the node does not use it", async () => {
    const target = await goodTarget();
    const body = { target: target.address, kind: "ping", prober: "nping" };
    const refused = await send<Problem>("POST", "/looking-glass/runs", body);
    expect(refused.errors?.[0]?.source.pointer).toBe("/prober");
    await visit(
      `/?target=${target.address}&kind=ping&prober=nping`,
      async (page) => {
        await page.click("button:has-text('Run')");
        await shows(page, "#prober-wrong", refused.errors?.[0]?.detail);
        expect(await page.locator("#prober").isVisible()).toBe(true);
      },
      { refusals: true },
    );
  });

  test.each(["127.0.0.1", "no such host"])("shows what the node says of the bad target %s beside the field", async (bad) => {
    const refused = await send<Problem>("POST", "/looking-glass/runs", { target: bad });
    expect(refused.status).toBe(422);
    const words = refused.errors?.[0]?.detail ?? refused.detail;
    await visit(
      "/",
      async (page) => {
        await page.fill("#target", bad);
        await page.click("button:has-text('Run')");
        await shows(page, "#target-wrong", words);
        expect(await page.getAttribute("#target", "aria-invalid")).toBe("true");
      },
      { refusals: true },
    );
  });

  test("opens the options where one of them is wrong", async () => {
    const target = await goodTarget();
    await visit(
      `/?target=${target.address}&kind=trace&max_ttl=999`,
      async (page) => {
        await page.click("button:has-text('Run')");
        await shows(page, "#max_ttl-wrong");
        expect(await page.locator("#max_ttl").isVisible()).toBe(true);
      },
      { refusals: true },
    );
  });

  test("never starts a run because somebody opened a link", async () => {
    const target = await goodTarget();
    await visit(`/?target=${target.address}&kind=trace`, async (page) => {
      await shows(page, "#target");
      expect(await page.inputValue("#target")).toBe(target.address);
      await shows(page, ".measurement-list tbody tr");
      expect(await page.locator(".run").count()).toBe(0);
    });
  });
});

describe("the targets", () => {
  test("are listed with the networks of their last path", async () => {
    const target = await goodTarget();
    await visit("/targets", async (page) => {
      const row = page.locator(".target-list tbody tr", { has: page.locator(`a[href="/targets/${target.id}"]`) });
      await row.waitFor();
      const networks = (target.last_measurement?.as_path ?? []).map((network) => `AS${network.asn}`);
      expect(await row.locator(".path-line .as").allInnerTexts()).toEqual(networks);
      expect(await row.innerText()).toContain(target.address);
    });
  });

  test("are found by the filter, which is in the address", async () => {
    const target = await goodTarget();
    await visit("/targets", async (page) => {
      await page.fill("#filter", target.address);
      await shows(page, ".list-tools [role=status]", /^\d+ of \d+ target/);
      await page.waitForURL(/filter=/);
      await page.reload();
      expect(await page.inputValue("#filter")).toBe(target.address);
      await shows(page, ".target-list", target.address);
      await page.fill("#filter", "nothing has this name");
      await shows(page, ".notice", "No target matches");
    });
  });

  test("lead to their last path and their measurements", async () => {
    const target = await goodTarget();
    await visit("/targets", async (page) => {
      await page.click(`a[href="/targets/${target.id}"]`);
      await shows(page, "h1", target.name);
      await shows(page, ".hop.is-answered");
      await shows(page, ".measurement-list tbody tr");
      await page.goBack();
      await shows(page, "h1", "Targets");
    });
  });

  test("that are refused are refused with the reason", async () => {
    await visit(
      "/targets",
      async (page) => {
        await page.click("text=Add targets");
        await page.fill("#new-target", "127.0.0.1");
        await page.click("button:has-text('Add target')");
        await shows(page, "#new-target-wrong");
        expect(await page.inputValue("#new-target")).toBe("127.0.0.1");
      },
      { refusals: true },
    );
  });

  test.runIf(isDemo)("are measured as their page says, and say why", async () => {
    const target = await goodTarget();
    try {
      await visit(`/targets/${target.id}`, async (page) => {
        await shows(page, ".target-facts", "trace, ICMP");
        await page.click("text=Change how it is measured");
        await page.click("label:has(input[name=change-kind][value=mtr])");
        await page.click("label:has(input[name=change-method][value=tcp])");
        await page.fill("#change-port", "443");
        await page.selectOption("#change-prober", "native");
        await page.click("button:has-text('Save')");
        await shows(page, ".target-facts", "mtr, TCP port 443, by Native");
        await page.click("text=Why this address is measured");
        await shows(page, ".why", "May be probed");
        await shows(page, ".why-list li", "schedule");
        await page.goto(`${base}/targets`);
        await shows(page, ".l-when", "mtr, TCP port 443, by Native");
      });
      expect(await ask<Target>(`/targets/${target.id}`)).toMatchObject({ kind: "mtr", method: "tcp", port: 443, prober: "native" });
    } finally {
      await send<Target>("PATCH", `/targets/${target.id}`, { kind: "trace", method: "icmp", prober: "" });
    }
  });

  test.runIf(isDemo)("show text from outside as text", async () => {
    const target = await goodTarget();
    const label = '<img src="x" onerror="boom()">';
    await send<Target>("PATCH", `/targets/${target.id}`, { labels: [...target.labels, label] });
    try {
      await visit("/targets", async (page) => {
        await shows(page, ".label", label);
        expect(await page.locator(".target-list img").count()).toBe(0);
      });
    } finally {
      await send<Target>("PATCH", `/targets/${target.id}`, { labels: target.labels });
    }
  });
});

describe("the node", () => {
  test("says what it is and whose data it shows, the latter on every page", async () => {
    const { version, vantage, data, demo } = await system();
    for (const address of ["/node", "/", "/targets"]) {
      await visit(address, async (page) => {
        for (const source of data) {
          await shows(page, "footer", source.attribution);
          if (!source.attribution_url.startsWith("http")) continue;
          const link = page.locator("footer a", { hasText: source.attribution });
          expect(await link.getAttribute("href")).toBe(source.attribution_url);
        }
        expect(await page.locator(".banner").count()).toBe(demo ? 1 : 0);
        if (address !== "/node") return;
        await shows(page, "main", version);
        await shows(page, "main", vantage);
        for (const source of data) await shows(page, "main", source.licence);
      });
    }
  });

  test("says what it was asked for and did not probe", async () => {
    await send<Problem>("POST", "/looking-glass/runs", { target: "192.168.77.7" });
    const { items } = await ask<RefusalList>("/refusals?address=192.168.77.7");
    expect(items.length).toBe(1);
    await visit("/node", async (page) => shows(page, ".why-list li", items[0]?.detail));
  });

  test.runIf(isDemo)("takes another budget, and says what is wrong with a bad one", async () => {
    const before = await ask<Setting>("/settings/worker_settings");
    const rate = before.value.rate_limit_per_minute + 1;
    await visit(
      "/node",
      async (page) => {
        await shows(page, "#rate_limit_per_minute");
        await page.fill("#rate_limit_per_minute", "0");
        await page.click("button:has-text('Save')");
        await shows(page, "#rate_limit_per_minute-wrong");
        await page.fill("#rate_limit_per_minute", String(rate));
        await page.click("button:has-text('Save')");
        await shows(page, ".said", "Saved");
        expect((await ask<Setting>("/settings/worker_settings")).value.rate_limit_per_minute).toBe(rate);
        await page.fill("#rate_limit_per_minute", String(rate - 1));
        await page.click("button:has-text('Save')");
        await shows(page, ".said", "Saved");
      },
      { refusals: true },
    );
  });
});

test("an address that is no page says so", async () => {
  await visit("/nowhere/at/all", async (page) => shows(page, "h1", "No such page"));
});

test("a measurement that is not there is said not to be", async () => {
  const nowhere = "/measurements/00000000-0000-7000-8000-000000000000";
  await visit(nowhere, async (page) => shows(page, ".problem"), { refusals: true });
});

test("the keyboard alone gets to a result", async () => {
  const target = await goodTarget();
  await visit("/", async (page) => {
    await shows(page, ".measurement-list tbody tr");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Skip");
    await page.keyboard.press("Enter");
    while ((await page.evaluate(() => document.activeElement?.id)) !== "target") await page.keyboard.press("Tab");
    await page.keyboard.type(target.address);
    expect(await page.inputValue("#target")).toBe(target.address);
    await page.keyboard.press("Enter");
    await shows(page, ".standing", /^Reached in/);
  });
});

describe.each(Object.keys(looks) as Look[])("in its %s look", (look) => {
  test("every page is readable, fits, and stands still for a picture", async () => {
    const target = await goodTarget();
    const pages = {
      run: `/?target=${target.address}&kind=trace&measurement=${target.last_measurement?.id}`,
      home: "/",
      targets: "/targets",
      target: `/targets/${target.id}`,
      node: "/node",
      paths: `/measurements/${await pathsOf(target)}`,
      form: `/?target=${target.address}&kind=trace&method=tcp&port=443&multipath=true`,
    };
    const ready = { run: ".hop", home: ".measurement-list", targets: ".target-list", target: ".measurement-list", node: "#max_concurrent_traceroutes", paths: ".graph-node", form: ".options" };
    for (const name of Object.keys(pages) as (keyof typeof pages)[]) {
      await visit(
        pages[name],
        async (page) => {
          await shows(page, ready[name]);
          await page.evaluate(() => document.querySelectorAll("details").forEach((closed) => (closed.open = true)));
          await expect.poll(() => page.locator(".loading").count(), { timeout: 15_000 }).toBe(0);
          await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finish())));
          await picture(page, look, name);
          expect(await faintTexts(page), name).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
        },
        { look },
      );
    }
  });
});

// The id of a measurement of all load-balanced paths to a target.
async function pathsOf(target: Target): Promise<string> {
  const body = { target: target.address, kind: "trace", multipath: true };
  const run = await send<RunAccepted>("POST", "/looking-glass/runs", body);
  const stored = () => ask<{ items: Measurement[] }>(`/measurements?address=${target.address}&limit=20`);
  await expect.poll(async () => (await stored()).items.some(({ id }) => id === run.id), { timeout: 15_000 }).toBe(true);
  return run.id;
}

test("the viewer's choice of colours outlives the visit to a page", async () => {
  await visit("/", async (page) => {
    await page.click("[aria-label='Switch to light colours']");
    await page.reload();
    await shows(page, "[aria-label='Switch to dark colours']");
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe("light");
  });
});

// The last one: it takes the targets away and gives them back, by their addresses and not yet measured.
test.runIf(isDemo)("a node without targets offers the set-up, keeps refused lines in sight, and starts", async () => {
  const before = await targets();
  for (const target of before) await send("DELETE", `/targets/${target.id}`);
  try {
    await visit("/", async (page) => {
      await shows(page, "h1", "Welcome to your node");
      await shows(page, ".first-run", "sends nothing until you name some");
      await shows(page, ".preset", /\d+ targets?/);
      await picture(page, "dark", "first-run");
      expect(await faintTexts(page)).toEqual([]);
      await page.fill("#lines", [before[0]?.address, "127.0.0.1", "no such host"].join("\n"));
      await page.click("text=Add this list");
      await shows(page, ".import-outcome", "1 target added, 2 lines refused");
      expect(await page.locator(".refused li").count()).toBe(2);
      await picture(page, "dark", "first-run-refused");
      await page.click("text=Go on with the rest");
      await shows(page, "h1", "Looking glass");
      expect((await targets()).map((target) => target.address)).toEqual([before[0]?.address]);
    });
  } finally {
    for (const { name, address, labels, interval_s, priority, reason } of before) {
      const given = name === address ? { address } : { address, reason: reason || name };
      await send("POST", "/targets", { ...given, labels, interval_s, priority });
    }
  }
  expect((await targets()).map((target) => target.address).sort()).toEqual(before.map((target) => target.address).sort());
});
