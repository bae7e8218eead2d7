// Whether batches can be compressed as a producer wants: by this process, and for the broker at hand. It compresses
// nothing.

import {
  CODECS,
  type CodecName,
  lacksCodec,
  MillraceError,
  requireCodec,
} from '@millrace/protocol';
import type { Link } from '../net/link.ts';

/** Throws INVALID_CONFIG where there is no such codec, UNSUPPORTED_CODEC where this process lacks it. */
export function checkedCompression(compression: CodecName): CodecName {
  if (!CODECS.includes(compression)) {
    const text = `There is no codec '${compression}' for batches.`;
    const limit = CODECS.join(', ');
    throw new MillraceError('INVALID_CONFIG', text, { field: 'compression', limit });
  }
  requireCodec(compression);
  return compression;
}

/** Asks anew only when another connection was made: what a broker takes changes with its restart alone. */
export class BrokerCodecs {
  private readonly link: Pick<Link, 'codecs' | 'broker'>;
  private readonly compression: CodecName;
  private checked: readonly CodecName[] | undefined;

  constructor(link: Pick<Link, 'codecs' | 'broker'>, compression: CodecName) {
    this.link = link;
    this.compression = compression;
  }

  /** Throws UNSUPPORTED_CODEC where the broker lacks the codec. */
  check(): void {
    const { codecs, broker } = this.link;
    if (codecs === this.checked) return;
    if (!codecs.includes(this.compression))
      throw lacksCodec(`The broker at ${broker.address}`, this.compression, codecs);
    this.checked = codecs;
  }
}
