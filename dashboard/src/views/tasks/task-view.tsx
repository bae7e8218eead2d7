// One task: what it was asked, how far it is, and what came of each letter.
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Badge } from '../../components/badge.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { Count, Duration, Time } from '../../components/values.tsx';
import { formatCount } from '../../format/formats.ts';
import { nowMs } from '../../live/now.ts';
import { linkTo } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { TaskBar } from './task-progress.tsx';
import { whichText } from './task-text.ts';

export function View({ params }: ViewProps) {
  const taskId = params['task'] ?? '';
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /tasks/{taskId}', { path: { taskId }, signal }),
    [taskId],
    { everyMs: 1_000 },
  );
  if (data === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  const { topic, target, group, ratePerSecond, startedAtMs, endedAtMs } = data;
  return (
    <Page
      title={`Redrive ${taskId}`}
      badges={data.dryRun ? <Badge tone="quiet">dry run: moves nothing</Badge> : null}
    >
      <Panel>
        <TaskBar task={data} />
      </Panel>
      <Stats>
        <Stat name={data.dryRun ? 'Would move' : 'Moved'} value={<Count value={data.moved} />} />
        <Stat
          name="Left where they are"
          value={<Count value={data.skipped} />}
          note="not meant by the filter, or leased"
        />
        <Stat
          name="Could not be moved"
          value={<Count value={data.failed} />}
          tone={data.failed > 0 ? 'bad' : undefined}
          note="their source is gone, or the target does not take them"
        />
      </Stats>
      <Panel title="What was asked">
        <Facts
          rows={[
            ['From', <a href={linkTo('/dead-letters/{queue}', { queue: topic })}>{topic}</a>],
            ['To', target ?? 'where each of them died'],
            ['Which', whichText(data)],
            ['Resolved in', group],
            [
              'Rate',
              ratePerSecond === 0 ? 'as fast as it goes' : `${formatCount(ratePerSecond)} a second`,
            ],
            ['Began', <Time atMs={startedAtMs} />],
            ['Ended', endedAtMs === null ? undefined : <Time atMs={endedAtMs} />],
            ['Took', <Duration ms={Math.max(0, (endedAtMs ?? nowMs.value) - startedAtMs)} />],
          ]}
        />
      </Panel>
    </Page>
  );
}
