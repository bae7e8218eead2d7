// Writes beside each file of the built page what a server can send without compressing it at each request: .br and .gz, where
// they are smaller. The files themselves stay as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXTS = /\.(js|css|svg)$/;

/**
 * @param {string} folder of assets
 */
export function compressAssets(folder) {
  for (const name of readdirSync(folder).filter((one) => TEXTS.test(one))) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const made = {
      br: brotliCompressSync(bytes, { params }),
      gz: gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
    };
    for (const [ending, smaller] of Object.entries(made)) {
      if (smaller.length < bytes.length) writeFileSync(`${path}.${ending}`, smaller);
    }
  }
}
