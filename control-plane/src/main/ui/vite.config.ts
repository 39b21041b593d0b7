import react from '@vitejs/plugin-react';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Beside each text file a compressed one: compressed once, as well as it goes, and not for every browser. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith('/')) folder = config.build.outDir;
    },
    closeBundle: () => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && /\.(js|css|html|svg)$/.test(entry.name)) {
          const file = join(entry.parentPath, entry.name);
          writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: '/ui/',
  plugins: [react(), compressed()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // the page's policy allows no inline code
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900, // charts, which come after the first page
    manifest: 'manifest.json',
  },
  server: {
    proxy: Object.fromEntries(['/admin', '/v1', '/ui/session'].map((path) => [path, 'http://127.0.0.1:8080'])),
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
