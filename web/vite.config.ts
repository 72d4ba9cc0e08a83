/// <reference types="vitest/config" />
import { defineConfig } from "vite";

// Everything the page needs is in web/dist with hashed names: no inline script or style and no data: URL but the
// small images, so that the node can serve it under a strict Content-Security-Policy. `vite` alone (npm run dev)
// passes the API on to a node on CYBERWATCH_URL.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    // The node refuses requests with a foreign Host or Origin; to it these are its own.
    proxy: {
      "/api": {
        target: process.env["CYBERWATCH_URL"] ?? "http://127.0.0.1:8480",
        changeOrigin: true,
        configure: (proxy) =>
          proxy.on("proxyReq", (request) => {
            request.removeHeader("origin");
            request.removeHeader("sec-fetch-site");
          }),
      },
    },
  },
  test: {
    include: ["src/**/*_test.ts"],
    environment: "node",
  },
});
