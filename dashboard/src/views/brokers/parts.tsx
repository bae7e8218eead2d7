// The storage and the process of a broker: what is used of what there is, and how long things take.
import type { BrokerDescription } from '../../api/shapes.ts';
import { Badge } from '../../components/badge.tsx';
import { Facts, Panel } from '../../components/page.tsx';
import { Meter } from '../../components/small-charts.tsx';
import { Bytes, Count, NONE, Rate } from '../../components/values.tsx';
import { formatBytes } from '../../format/formats.ts';
import './brokers.css';

/** From where on a part that is used is worth a word. */
const USED_WARN = 0.8;
const USED_BAD = 0.92;

function toneOf(part: number): 'warn' | 'bad' | undefined {
  if (part >= USED_BAD) return 'bad';
  return part >= USED_WARN ? 'warn' : undefined;
}

function Ms({ value }: { readonly value: number | null }) {
  return value === null ? (
    NONE
  ) : (
    <span>{value < 10 ? value.toFixed(1) : Math.round(value)} ms</span>
  );
}

export function StoragePanel({ storage }: { readonly storage: BrokerDescription['storage'] }) {
  const room = storage.fileBytes + storage.freeBytes;
  const used = room === 0 ? 0 : storage.fileBytes / room;
  const badge = storage.full ? <Badge tone="bad">full: producing has stopped</Badge> : undefined;
  return (
    <Panel title="Storage" about={badge}>
      <div class="used">
        <span>
          <b>{formatBytes(storage.fileBytes)}</b> of {formatBytes(room)}
        </span>
        <Meter part={used} label="Storage used" tone={toneOf(used)} />
      </div>
      <Facts
        rows={[
          ['Free', <Bytes key="free" value={storage.freeBytes} />],
          ['Kept in reserve', <Bytes key="reserve" value={storage.reserveBytes} />],
          ['Journal', <Bytes key="journal" value={storage.journalBytes} />],
          ['Commits', <Rate key="commits" value={storage.commitsPerSecond} />],
          ['Commit, p50', <Ms key="p50" value={storage.commitP50Ms} />],
          ['Commit, p99', <Ms key="p99" value={storage.commitP99Ms} />],
          ['Aborted commits', <Alarming key="aborted" value={storage.commitsAborted} />],
          ['Damaged batches', <Alarming key="damaged" value={storage.quarantinedBatches} />],
        ]}
      />
    </Panel>
  );
}

function Alarming({ value }: { readonly value: number }) {
  return (
    <span class={value > 0 ? 'tone-bad' : undefined}>
      <Count value={value} />
    </span>
  );
}

export function ProcessPanel({ process }: { readonly process: BrokerDescription['process'] }) {
  const heap = process.heapLimitBytes === 0 ? 0 : process.heapUsedBytes / process.heapLimitBytes;
  return (
    <Panel title="Process">
      <div class="used">
        <span>
          Heap <b>{formatBytes(process.heapUsedBytes)}</b> of {formatBytes(process.heapLimitBytes)}
        </span>
        <Meter part={heap} label="Heap used" tone={toneOf(heap)} />
      </div>
      <Facts
        rows={[
          ['Resident memory', <Bytes key="rss" value={process.rssBytes} />],
          ['Event loop, p99', <Ms key="p99" value={process.eventLoopP99Ms} />],
          ['Event loop, longest', <Ms key="max" value={process.eventLoopMaxMs} />],
          ['Held up', <Count key="held" value={process.eventLoopHeldUp} />],
          ['Process id', <span key="pid">{process.pid}</span>],
        ]}
      />
    </Panel>
  );
}
