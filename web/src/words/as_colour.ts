// The colour of a network: the same on every page, in every browser, from its number alone. Only the hue is chosen
// here; lightness and chroma are set once in style/tokens.css, where every hue keeps its contrast.

const hues = 24;

export function asHue(asn: number): number {
  // Multiplicative hashing (Knuth): neighbouring numbers get hues far apart.
  const hash = Math.imul(asn, 0x9e37_79b1) >>> 0;
  return Math.floor((hash / 2 ** 32) * hues) * (360 / hues);
}
