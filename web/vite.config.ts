// SPDX-License-Identifier: Apache-2.0
// The build, and for work on the pages a proxy to a server: APIARIST_URL=http://127.0.0.1:8686 npm run dev
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["APIARIST_URL"] ?? "http://127.0.0.1:8686";
// The API refuses what comes from another origin: the proxy's own origin is left out.
const proxy = { "/api": { target: server, changeOrigin: true, headers: { origin: server } } };

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      output: {
        manualChunks: {
          react: ["react", "react-dom", "react-router"],
          mantine: ["@mantine/core", "@mantine/hooks", "@mantine/notifications"],
        },
      },
    },
  },
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
});
