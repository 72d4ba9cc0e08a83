// Text that is too faint: everything visible on the page whose contrast with what lies behind it is below WCAG 2.2 AA.

import type { Page } from "playwright-core";

export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = [number, number, number, number];
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no canvas");

    function colourOf(text: string): Colour {
      context!.clearRect(0, 0, 1, 1);
      context!.fillStyle = text;
      context!.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = context!.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    }

    function over(front: Colour, back: Colour): Colour {
      const mix = (index: 0 | 1 | 2) => front[index] * front[3] + back[index] * (1 - front[3]);
      return [mix(0), mix(1), mix(2), 1];
    }

    function behind(element: Element): Colour {
      const layers: Colour[] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        layers.push(colourOf(getComputedStyle(at).backgroundColor));
        if ((layers.at(-1)?.[3] ?? 0) === 1) break;
      }
      return layers.reduceRight<Colour>((back, layer) => over(layer, back), [255, 255, 255, 1]);
    }

    function luminance([r, g, b]: Colour): number {
      const linear = (value: number) => (value <= 10.31 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    }

    const faint: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() !== null) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent?.trim() ?? "";
      if (element === null || text === "" || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest(".off-screen, .skip, noscript, :disabled") !== null) continue;
      const back = behind(element);
      const style = getComputedStyle(element);
      const front = over(colourOf(style.color), back);
      const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a) as [number, number];
      const ratio = (light + 0.05) / (dark + 0.05);
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} "${text.slice(0, 40)}"`);
    }
    return faint;
  });
}
